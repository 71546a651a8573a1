import { ARCHIVE_TAGS, LATEST, type Moment, momentIn, readArchive } from "../../core/archive.ts";
import type { BackupManifest } from "../../core/backup-manifest.ts";
import { LABEL } from "../../core/labels.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";
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
import { BASE, INSTEAD_ON_SWARM, LOG, RESTORE_ROLE, RESTORED, SNAPSHOT, stagingVolume } from "./staging.ts";
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

  /** The moment that the database is brought to, RFC 3339 in UTC, or `latest`. @default - that of the snapshot */
  readonly to?: string;

  /** Whether nothing is replaced. */
  readonly rehearsal: boolean;

  /** Whether the broker's store is replaced although it holds something. */
  readonly broker: boolean;
}

export interface Restored {
  readonly snapshot: { readonly id: string; readonly made: string };
  readonly to?: string;
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
  guarded({ name: options.stack.name, insteadOnSwarm: INSTEAD_ON_SWARM, ...options }, async () => {
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
  const { stack, home, snapshot, rehearsal, report, to } = options;
  const { now, former } = readRestore(home);
  if (now !== undefined && now.swaps.length > 0) {
    const isAnother =
      (snapshot !== "latest" && !now.snapshot.startsWith(snapshot)) ||
      (to !== undefined && !isMeant(to, now.moment));
    if (rehearsal || isAnother) throw unfinishedRestore(now);
    report(`going on with the restore of snapshot ${now.snapshot.slice(0, 8)}`);
    return now;
  }
  const { id, time } = await chosenSnapshot(repository, snapshot, stack.name);
  if (now?.snapshot === id && isMeant(to, now.moment)) return now;
  const moment = to === undefined ? {} : { moment: await momentAt(to, options, repository) };
  const begun = { snapshot: id, made: time, ...moment, swaps: [] };
  await run(["docker", "volume", "rm", "--force", stagingVolume(stack.name)]);
  writeRestore(home, { now: begun, former });
  return begun;
}

const isMeant = (to: string | undefined, moment: Moment | undefined) =>
  to === LATEST ? moment !== undefined : to === moment?.to;

/** @throws UserError for one that the archive does not reach */
async function momentAt(to: string, { stack }: RestoreOptions, repository: Repository): Promise<Moment> {
  const tags = ARCHIVE_TAGS.flatMap((tag) => ["--tag", `${tag},deployment=${stack.name}`]);
  const { stdout } = await restic(repository, ["snapshots", "--json", ...tags]);
  return momentIn(readArchive(stdout), {
    ...{ to, deployment: stack.name, repository: repository.name, major: POSTGRES_MAJOR },
  });
}

/** With what replaces what written down, and everything for it rehearsed and in the staging volume. */
async function prepared(options: RestoreOptions, work: Work, begun: Restoring): Promise<Restoring> {
  const isWhole = begun.rehearsed !== undefined && (await presentVolumes()).has(work.staging);
  const isDone = begun.swaps.length > 0 && begun.swaps.every(({ progress }) => progress === "done");
  if (isDone || (isWhole && begun.swaps.length > 0)) return begun;
  const manifest = await manifestOf(work.repository, begun.snapshot, options.stack.name);
  const now = isWhole ? begun : await rehearsed(options, work, { now: begun, manifest });
  if (options.rehearsal || now.swaps.length > 0) return now;
  const toMoment = now.moment !== undefined;
  const places = placesOf(options.stack, manifest, { toMoment, report: options.report });
  const swaps = await plannedSwaps(places, options.broker, work);
  await refuseLittleRoomForSwap(work, swaps);
  return { ...now, swaps };
}

async function rehearsed(
  { stack, home, report, signal }: RestoreOptions,
  work: Work,
  { now, manifest }: { readonly now: Restoring; readonly manifest: BackupManifest },
): Promise<Restoring> {
  const { moment } = now;
  const dumps = moment === undefined ? (manifest.postgres?.databases ?? []).map(({ dump }) => dump) : [];
  await refuseLittleRoom(work, [
    now.snapshot,
    ...(moment === undefined ? dumps : [moment.base, ...moment.logs]),
  ]);
  report(`reading snapshot ${now.snapshot.slice(0, 8)} of ${now.made}`);
  const read = (snapshot: string, folder: string, ...more: readonly string[]) =>
    restic(work.repository, ["restore", snapshot, "--target", `${RESTORED}/${folder}`, ...more], {
      ...{ into: work.staging, signal },
    });
  const unused = moment === undefined ? [] : ["--exclude", "/postgres"];
  await read(`${now.snapshot}:/snapshot`, SNAPSHOT, "--exclude", "/home", ...unused);
  for (const dump of dumps) await read(dump, `${SNAPSHOT}/postgres`);
  if (moment !== undefined) {
    report(`reading the base backup and the log for ${moment.to}`);
    await read(moment.base, BASE);
    for (const log of moment.logs) await read(`${log}:${SHIPPED}`, LOG);
  }
  report(
    moment === undefined
      ? "rehearsing: a database of its own is filled, and every table compared"
      : `rehearsing: a database of its own is brought to ${moment.to}, and every page and table read`,
  );
  const postgres = ofRole(stack, "postgres");
  const compared = await rehearse({ ...work, manifest, moment, postgres, report, signal });
  report(
    `rehearsed: ${compared.rows} rows in ${compared.tables} tables ${moment === undefined ? "are as recorded" : `as of ${moment.to}`}`,
  );
  const after = { ...now, rehearsed: compared };
  writeRestore(home, { now: after, former: readRestore(home).former });
  return after;
}

/** Where the backup's container has what it sends of the log. */
const SHIPPED = "/state/archive/ship";

async function replace({ stack, home, report }: RestoreOptions, work: Work, now: Restoring): Promise<void> {
  const kept = now.swaps.flatMap(({ former }) => former ?? []);
  const former = [...new Set([...readRestore(home).former, ...kept])];
  const record = (swaps: Restoring["swaps"]) => writeRestore(home, { now: { ...now, swaps }, former });
  record(now.swaps);
  rememberDataVolumes(stack, home);
  await swapAll(now.swaps, { ...work, stack, report, record });
}

const told = ({ snapshot, made, moment, rehearsed, swaps }: Restoring): Restored => ({
  snapshot: { id: snapshot, made },
  ...(moment === undefined ? {} : { to: moment.to }),
  compared: rehearsed ?? { tables: 0, rows: 0 },
  volumes: swaps.map(({ volume, former }) => ({ volume, ...(former === undefined ? {} : { former }) })),
});
