import { UserError } from "../core/errors.ts";
import { isFresh } from "../core/fresh.ts";
import { LABEL } from "../core/labels.ts";
import { ofRole } from "./containers.ts";
import { backupOf } from "./docker/backup.ts";
import { removeContainers } from "./docker/clear-the-way.ts";
import { dataVolumes } from "./docker/data-volumes.ts";
import { inspect, listContainers } from "./docker/observe.ts";
import { inspectVolumes } from "./docker/survey.ts";
import { type Drift, volumeDrift } from "./drift.ts";
import { run } from "./run.ts";
import type { Report } from "./runner.ts";
import type { Stack } from "./stack.ts";
import { lastVerified, type Verified } from "./upgrade/verified-backup.ts";

/** A backup that has a volume's data lets `up` make that volume again when it is no older than this. */
const FRESH_MINUTES = 60;

/** A data volume that is not as configured: to make it so is to lose what is in it. */
export interface Danger {
  readonly volume: string;

  /** The fresh verified backup that has its data. @default - there is none */
  readonly backup?: Verified;
}

/** Names of the data volumes that would have to be made again. */
export const endangered = (stack: Stack, drift: readonly Drift[]): readonly string[] => {
  const data = dataVolumes(stack);
  return drift
    .filter(({ kind, name, changes }) => kind === "volume" && changes.length > 0 && data.includes(name))
    .map(({ name }) => name);
};

/** Those of them that a backup has, which is asked for only where something is in danger. */
export async function dangersOf(stack: Stack, volumes: readonly string[]): Promise<readonly Danger[]> {
  const kept = savedVolumes(stack);
  const last = volumes.some((volume) => kept.has(volume)) ? await lastVerified(stack) : undefined;
  return dangersWith(volumes, kept, last, new Date());
}

export const dangersWith = (
  volumes: readonly string[],
  saved: ReadonlySet<string>,
  last: Verified | undefined,
  now: Date,
): readonly Danger[] =>
  volumes.map((volume) => ({
    volume,
    ...(last !== undefined && saved.has(volume) && isFresh(new Date(last.at), FRESH_MINUTES * 60, now)
      ? { backup: last }
      : {}),
  }));

/** The volumes that a backup reads, and that of the database, which it asks for its rows. */
export function savedVolumes(stack: Stack): ReadonlySet<string> {
  const backup = backupOf(stack);
  if (backup === undefined) return new Set();
  const database = ofRole(stack, "postgres")?.versioned?.volume;
  return new Set([
    ...backup.volumes.filter(({ readOnly }) => readOnly).map(({ name }) => name),
    ...(database === undefined ? [] : [database]),
  ]);
}

/**
 * The one rule for data that would be lost: it is refused, unless a person has named the volume, or a fresh verified backup
 * has its data. Verbs that only deploy on the way to something else, and `cdktf deploy`, name nothing, and take no backup for
 * a leave.
 *
 * @param named volumes that may be made again. @default - none, not even those that a backup has
 * @returns the volumes that are to be removed
 * @throws UserError that names each volume, and how to go on
 */
export function allowedToReplace(
  dangers: readonly Danger[],
  named: readonly string[] | undefined,
): readonly Danger[] {
  const refused = dangers.filter(
    ({ volume, backup }) => named === undefined || (!named.includes(volume) && backup === undefined),
  );
  if (refused.length === 0) return dangers;
  const flags = refused.map(({ volume }) => `--replace-data ${volume}`).join(" ");
  throw new UserError(
    refused
      .map(
        ({ volume }) =>
          `volume ${volume} holds data and is not as configured: to make it so deletes the data`,
      )
      .join("\n"),
    `save the data first: exploreiot backup, then exploreiot backup verify; up goes on by itself where a verified backup of at most ${FRESH_MINUTES} minutes has the data, and exploreiot restore brings it back`,
    `or delete it for good, by its name: exploreiot up ${flags}`,
  );
}

/**
 * The same rule for `cdktf deploy`, which names nothing. `prevent_destroy` holds where Terraform plans it.
 *
 * @throws UserError as `allowedToReplace`
 */
export async function refuseEndangered(stack: Stack): Promise<void> {
  const volumes = endangered(stack, volumeDrift(stack, await inspectVolumes(stack)));
  allowedToReplace(
    volumes.map((volume) => ({ volume })),
    undefined,
  );
}

/** @throws UserError for a name that is no data volume of the stack */
export function refuseUnknownVolumes(stack: Stack, named: readonly string[]): void {
  const known = dataVolumes(stack);
  const unknown = named.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new UserError(
    `--replace-data ${unknown.join(", ")}: no data volume of ${stack.name}`,
    `allowed: ${known.join(", ")}`,
  );
}

/** Removes volumes, and who mounts them, so that a runner makes them as configured. May be stopped and run again. */
export async function removeEndangered(
  { name }: Stack,
  dangers: readonly Danger[],
  report: Report,
): Promise<void> {
  for (const { volume, backup } of dangers) {
    report(
      backup === undefined
        ? `removing volume ${volume} and its data, as --replace-data says`
        : `removing volume ${volume}: its data is in the verified backup ${backup.id.slice(0, 8)} of ${backup.at}; exploreiot restore brings it back`,
    );
    const states = await inspect((await listContainers({ volume: [volume] })).map(({ Id }) => Id));
    await removeContainers(states.filter(({ Config }) => Config.Labels?.[LABEL.deployment] === name));
    await run(["docker", "volume", "rm", volume]);
  }
}
