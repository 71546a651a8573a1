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
 */
export function placesOf(stack: Stack, manifest: BackupManifest, report: Report): readonly Place[] {
  const read = ofRole(stack, "backup")?.volumes ?? [];
  const readAt = (path: string) => read.find((mount) => mount.path === path)?.name;
  const common = { onlyIfEmpty: false, isBroker: false };
  const database = ofRole(stack, "postgres")?.versioned?.volume;
  const store = readAt(BROKER);
  const user = ofRole(stack, "mosquitto")?.block.user;
  for (const [saved, volume, service] of [
    [manifest.postgres, database, "postgres"],
    [manifest.broker, store, "mosquitto"],
  ])
    if (saved !== null && volume === undefined)
      report(`${service}: the deployment has none of its own any more; its data is left out`);
  return [
    ...(manifest.postgres === null || database === undefined
      ? []
      : [{ volume: database, from: CLUSTER, ...common }]),
    ...(manifest.broker === null || store === undefined
      ? []
      : [
          {
            ...{ volume: store, from: `${SNAPSHOT}/broker`, onlyIfEmpty: true, isBroker: true },
            ...(user === undefined ? {} : { user }),
          },
        ]),
    ...manifest.volumes.flatMap((entry) => {
      const volume = readAt(`/${SNAPSHOT}/${folderOf(entry)}`);
      if (volume !== undefined)
        return [
          {
            ...common,
            volume,
            from: `${SNAPSHOT}/${folderOf(entry)}`,
            onlyIfEmpty: KEPT.includes(entry.service),
          },
        ];
      report(
        `${entry.service}: the site file declares no volume ${entry.name} any more; its data is left out`,
      );
      return [];
    }),
  ];
}

/**
 * What is to be replaced, and where its data of before goes.
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
