import type { BackupManifest } from "../../core/backup-manifest.ts";
import { LABEL } from "../../core/labels.ts";
import { ofRole } from "../containers.ts";
import { presentVolumes, refuseForeignData, rememberDataVolumes } from "../docker/data-volumes.ts";
import { guarded } from "../guards.ts";
import { makeImages } from "../images/make-images.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { removeLeftOver, throwAwayLabels } from "../throw-away.ts";
import { manifestOf } from "./manifest.ts";
import { placesOf, plannedSwaps } from "./places.ts";
import { type Compared, rehearse } from "./rehearse.ts";
import { type Repository, restic } from "./repository.ts";
import { refuseLittleRoom, refuseLittleRoomForSwap } from "./room.ts";
import { chosenSnapshot } from "./snapshots.ts";
import { RESTORE_ROLE, RESTORED, SNAPSHOT, stagingVolume } from "./staging.ts";
import { type Restoring, readRestore, refuseHalfUndone, unfinishedRestore, writeRestore } from "./state.ts";
import { swapAll } from "./swap.ts";

export interface RestoreOptions {
  readonly stack: Stack;
  readonly home: string;
  readonly report: Report;
  readonly signal: AbortSignal;
  readonly repository: Omit<Repository, "labels">;

  /** `latest`, or the beginning of an id. */
  readonly snapshot: string;

  /** Whether nothing is replaced. */
  readonly rehearsal: boolean;

  /** Whether the broker's store is replaced although it holds something. */
  readonly broker: boolean;
}

export interface Restored {
  readonly snapshot: { readonly id: string; readonly made: string };
  readonly compared: Compared;

  /** Volumes that hold the snapshot's data now, and where their data of before is kept. */
  readonly volumes: readonly { readonly volume: string; readonly former?: string }[];
}

/**
 * Brings the data of a snapshot back: reads it into a volume of its own, rehearses it there, and replaces what services
 * run on. Services that use it are stopped, and stay so until the next `up`. May be stopped at any moment and run again.
 *
 * @throws UserError if something is not as recorded; nothing was replaced then
 */
export const restore = (options: RestoreOptions): Promise<Restored> =>
  guarded({ name: options.stack.name, ...options }, async () => {
    const { stack, home, report, signal, rehearsal } = options;
    refuseHalfUndone(home);
    await refuseForeignData(stack, home);
    await removeLeftOver(stack, RESTORE_ROLE);
    await makeImages(stack, { report, signal });
    const work = workOf(options);
    const ready = await prepared(options, work, await beginning(options, work.repository));
    if (!rehearsal) await replace(options, work, ready);
    await run(["docker", "volume", "rm", "--force", work.staging]);
    writeRestore(home, { former: readRestore(home).former });
    return told(ready);
  });

interface Work {
  readonly repository: Repository;
  readonly staging: string;
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
}

function workOf({ stack, repository }: RestoreOptions): Work {
  const { [LABEL.deployment]: deployment = stack.name, [LABEL.checkout]: checkout = "" } =
    stack.containers[0]?.labels ?? {};
  const labels = { [LABEL.deployment]: deployment, [LABEL.checkout]: checkout };
  return {
    repository: { ...repository, labels: throwAwayLabels(labels, RESTORE_ROLE) },
    staging: stagingVolume(stack.name),
    image: repository.image,
    labels,
  };
}

/** One that already replaces data goes on with its own snapshot, which some volumes may hold by now. */
async function beginning(options: RestoreOptions, repository: Repository): Promise<Restoring> {
  const { stack, home, snapshot, rehearsal, report } = options;
  const { now, former } = readRestore(home);
  if (now !== undefined && now.swaps.length > 0) {
    if (rehearsal || (snapshot !== "latest" && !now.snapshot.startsWith(snapshot)))
      throw unfinishedRestore(now);
    report(`going on with the restore of snapshot ${now.snapshot.slice(0, 8)}`);
    return now;
  }
  const { id, time } = await chosenSnapshot(repository, snapshot, stack.name);
  if (now?.snapshot === id) return now;
  const begun = { snapshot: id, made: time, swaps: [] };
  await run(["docker", "volume", "rm", "--force", stagingVolume(stack.name)]);
  writeRestore(home, { now: begun, former });
  return begun;
}

/** With what replaces what written down, and everything for it rehearsed and in the staging volume. */
async function prepared(options: RestoreOptions, work: Work, begun: Restoring): Promise<Restoring> {
  const isWhole = begun.rehearsed !== undefined && (await presentVolumes()).has(work.staging);
  const isDone = begun.swaps.length > 0 && begun.swaps.every(({ progress }) => progress === "done");
  if (isDone || (isWhole && begun.swaps.length > 0)) return begun;
  const manifest = await manifestOf(work.repository, begun.snapshot, options.stack.name);
  const now = isWhole ? begun : await rehearsed(options, work, { now: begun, manifest });
  if (options.rehearsal || now.swaps.length > 0) return now;
  const swaps = await plannedSwaps(placesOf(options.stack, manifest, options.report), options.broker, work);
  await refuseLittleRoomForSwap(work, swaps);
  return { ...now, swaps };
}

async function rehearsed(
  { stack, home, report, signal }: RestoreOptions,
  work: Work,
  { now, manifest }: { readonly now: Restoring; readonly manifest: BackupManifest },
): Promise<Restoring> {
  await refuseLittleRoom(work, now.snapshot);
  report(`reading snapshot ${now.snapshot.slice(0, 8)} of ${now.made}`);
  const target = ["--target", `${RESTORED}/${SNAPSHOT}`, "--exclude", "/home"];
  await restic(work.repository, ["restore", `${now.snapshot}:/snapshot`, ...target], {
    ...{ into: work.staging, signal },
  });
  report("rehearsing: a database of its own is filled, and every table compared");
  const compared = await rehearse({ ...work, manifest, postgres: ofRole(stack, "postgres"), report, signal });
  report(`rehearsed: ${compared.rows} rows in ${compared.tables} tables are as recorded`);
  const after = { ...now, rehearsed: compared };
  writeRestore(home, { now: after, former: readRestore(home).former });
  return after;
}

async function replace({ stack, home, report }: RestoreOptions, work: Work, now: Restoring): Promise<void> {
  const kept = now.swaps.flatMap(({ former }) => former ?? []);
  const former = [...new Set([...readRestore(home).former, ...kept])];
  const record = (swaps: Restoring["swaps"]) => writeRestore(home, { now: { ...now, swaps }, former });
  record(now.swaps);
  rememberDataVolumes(stack, home);
  await swapAll(now.swaps, { ...work, stack, report, record });
}

const told = ({ snapshot, made, rehearsed, swaps }: Restoring): Restored => ({
  snapshot: { id: snapshot, made },
  compared: rehearsed ?? { tables: 0, rows: 0 },
  volumes: swaps.map(({ volume, former }) => ({ volume, ...(former === undefined ? {} : { former }) })),
});
