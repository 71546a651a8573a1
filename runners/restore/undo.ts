import { UserError } from "../../core/errors.ts";
import { LABEL } from "../../core/labels.ts";
import { ofRole } from "../containers.ts";
import { backupOf } from "../docker/backup.ts";
import { dataVolumes, presentVolumes, refuseForeignData } from "../docker/data-volumes.ts";
import { guarded } from "../guards.ts";
import { makeImages } from "../images/make-images.ts";
import type { Stack } from "../stack.ts";
import { removeLeftOver } from "../throw-away.ts";
import type { RestoreOptions } from "./restore.ts";
import { refuseLittleRoomForSwap } from "./room.ts";
import { INSTEAD_ON_SWARM, RESTORE_ROLE } from "./staging.ts";
import { readRestore, type Swap, unfinishedRestore, writeRestore } from "./state.ts";
import { filled, formerName, swapAll } from "./swap.ts";

/** A volume whose data of before is back. */
export interface Undone {
  readonly volume: string;

  /** Where that data was kept, and still is. */
  readonly back: string;

  /** Keeps what the volume held until now. @default - it held nothing */
  readonly former?: string;
}

/**
 * Brings back the data of before the last restore. The data that is there now is kept in its turn, so that a second run
 * undoes that. Services that use it are stopped, and stay so until the next `up`. May be stopped at any moment and run again.
 *
 * @throws UserError if no data of before is kept; nothing was replaced then
 */
export const undoRestore = (
  options: Pick<RestoreOptions, "stack" | "home" | "report" | "signal">,
): Promise<readonly Undone[]> =>
  guarded({ name: options.stack.name, insteadOnSwarm: INSTEAD_ON_SWARM, ...options }, async () => {
    const { stack, home, report, signal } = options;
    await refuseForeignData(stack, home);
    await removeLeftOver(stack, RESTORE_ROLE);
    const { now, former, undo: begun } = readRestore(home);
    if (now !== undefined && now.swaps.length > 0) throw unfinishedRestore(now);
    const newest = begun === undefined ? newestFormer(stack, former, await presentVolumes()) : [];
    await makeImages(stack, { report, signal });
    const work = workOf(stack);
    const swaps = begun ?? (await plannedUndo(newest, work));
    const kept = [...new Set([...former, ...swaps.flatMap((swap) => swap.former ?? [])])];
    const record = (undo: readonly Swap[]) =>
      writeRestore(home, { ...(now === undefined ? {} : { now }), undo, former: kept });
    record(swaps);
    await swapAll(swaps, { ...work, stack, report, record });
    writeRestore(home, { ...(now === undefined ? {} : { now }), former: kept });
    return swaps.map(({ volume, source, former }) => ({
      ...{ volume, back: source as string },
      ...(former === undefined ? {} : { former }),
    }));
  });

type Work = Parameters<typeof filled>[1];

/** Any image of the stack with a shell and the usual programs for files will do. */
function workOf(stack: Stack): Work {
  const spec = backupOf(stack) ?? ofRole(stack, "postgres") ?? stack.containers[0];
  const { [LABEL.deployment]: deployment = stack.name, [LABEL.checkout]: checkout = "" } = spec?.labels ?? {};
  return {
    image: spec?.image ?? "",
    labels: { [LABEL.deployment]: deployment, [LABEL.checkout]: checkout },
  };
}

/**
 * The volumes that the last restore, or the last way back, has kept.
 *
 * @throws UserError where there is none, or one belongs to a volume that the deployment does not have any more
 */
export function newestFormer(
  stack: Stack,
  former: readonly string[],
  present: ReadonlySet<string>,
): readonly { readonly volume: string; readonly source: string }[] {
  const found = former.flatMap((source) => {
    const [, volume, time] = /^(.+)-before-(\d{8}T\d{6}Z)$/.exec(source) ?? [];
    return volume === undefined || time === undefined || !present.has(source)
      ? []
      : [{ volume, time, source }];
  });
  const last = found
    .map(({ time }) => time)
    .sort()
    .at(-1);
  if (last === undefined)
    throw new UserError(
      `${stack.name}: no data of before a restore is kept`,
      "exploreiot restore --snapshot ID goes to another backup: exploreiot backup list",
    );
  const newest = found.filter(({ time }) => time === last);
  const gone = newest.filter(({ volume }) => !dataVolumes(stack).includes(volume));
  if (gone.length > 0)
    throw new UserError(
      `${gone.map(({ source }) => source).join(", ")}: kept of a volume that this deployment does not have any more`,
      "go back with the version of the kit, and the site file, of the time of the restore",
    );
  return newest.map(({ volume, source }) => ({ volume, source }));
}

async function plannedUndo(
  newest: readonly { readonly volume: string; readonly source: string }[],
  work: Work,
): Promise<readonly Swap[]> {
  const full = await filled(
    newest.map(({ volume }) => volume),
    work,
  );
  const at = new Date();
  const swaps = newest.map(({ volume, source }) => ({
    ...{ volume, source, from: ".", progress: "waiting" as const },
    ...(full.has(volume) ? { former: formerName(volume, at) } : {}),
  }));
  await refuseLittleRoomForSwap({ ...work, staging: newest[0]?.source as string }, swaps);
  return swaps;
}
