import type { BackupManifest } from "../../core/backup-manifest.ts";
import { ofRole } from "../containers.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { folderOf } from "./rehearse.ts";
import { CLUSTER, SNAPSHOT } from "./staging.ts";
import type { Swap } from "./state.ts";
import { filled, formerName } from "./swap.ts";

/** Where the backup's container reads the broker's files. */
const BROKER = "/sources/broker";

/** Where its files stand in the staging volume. */
const BROKER_FOLDER = `${SNAPSHOT}/broker`;

/** Where a part of a snapshot goes. */
export interface Place {
  readonly volume: string;

  /** Folder below the staging volume. */
  readonly from: string;

  /**
   * Whether what is there is left as it is: readings wait in the broker's store, and a certificate of now is better than
   * an older one.
   */
  readonly onlyIfEmpty: boolean;
  readonly isBroker: boolean;

  /** Numeric `uid:gid` that owns its files. @default - those that owned them at the backup */
  readonly user?: string;
}

/** Services whose data is of no use once it is old. */
const KEPT = ["renewer"];

/**
 * The volumes of a stack that a snapshot has data for, as its backups read them. Data of a service that is not there any
 * more is told, and left out.
 *
 * @param toMoment whether the database is brought to a moment: what others have is not of it, and stays as it is
 */
export function placesOf(
  stack: Stack,
  manifest: BackupManifest,
  { toMoment, report }: { readonly toMoment: boolean; readonly report: Report },
): readonly Place[] {
  const all = restorable(stack);
  const saved = manifest.volumes.map((entry) => ({ ...entry, from: `${SNAPSHOT}/${folderOf(entry)}` }));
  for (const [part, service, from] of [
    [manifest.postgres, "postgres", CLUSTER],
    [manifest.broker, "mosquitto", BROKER_FOLDER],
  ] as const) {
    if (part !== null && !all.some((place) => place.from === from))
      report(`${service}: the deployment has none of its own any more; its data is left out`);
  }
  for (const { service, name, from } of saved) {
    if (!all.some((place) => place.from === from))
      report(`${service}: the site file declares no volume ${name} any more; its data is left out`);
  }
  const kept = saved.filter(({ service }) => KEPT.includes(service)).map(({ from }) => from);
  const held = [
    ...(manifest.postgres === null ? [] : [CLUSTER]),
    ...(manifest.broker === null ? [] : [BROKER_FOLDER]),
    ...saved.map(({ from }) => from),
  ];
  return all
    .filter(({ from }) => held.includes(from))
    .map((place) => {
      const isBroker = place.from === BROKER_FOLDER;
      const isOther = toMoment && place.from !== CLUSTER;
      return { ...place, isBroker, onlyIfEmpty: isBroker || isOther || kept.includes(place.from) };
    });
}

/** Every volume that a snapshot of this stack can have data for, whether one has or not. */
export function restorable(stack: Stack): readonly Pick<Place, "volume" | "from" | "user">[] {
  const database = ofRole(stack, "postgres")?.versioned?.volume;
  const user = ofRole(stack, "mosquitto")?.block.user;
  const read = ofRole(stack, "backup")?.volumes ?? [];
  return [
    ...(database === undefined ? [] : [{ volume: database, from: CLUSTER }]),
    ...read
      .filter(({ path }) => path === BROKER)
      .map(({ name }) => ({
        volume: name,
        from: BROKER_FOLDER,
        ...(user === undefined ? {} : { user }),
      })),
    ...read
      .filter(({ path }) => path.startsWith(`/${SNAPSHOT}/volumes/`))
      .map(({ name, path }) => ({ volume: name, from: path.slice(1) })),
  ];
}

/**
 * The volumes to replace, and where their data of before goes.
 *
 * @param broker whether the broker's store is replaced although it holds something
 */
export async function plannedSwaps(
  places: readonly Place[],
  broker: boolean,
  work: Parameters<typeof filled>[1],
): Promise<readonly Swap[]> {
  const full = await filled(
    places.map(({ volume }) => volume),
    work,
  );
  const at = new Date();
  return places
    .filter(({ volume, onlyIfEmpty, isBroker }) => !onlyIfEmpty || !full.has(volume) || (isBroker && broker))
    .map(({ volume, from, user }) => ({
      ...{ volume, from, progress: "waiting" as const },
      ...(user === undefined ? {} : { user }),
      ...(full.has(volume) ? { former: formerName(volume, at) } : {}),
    }));
}
