import { z } from "zod";
import { UserError } from "./errors.ts";

/** The snapshots of an archive as restic prints them; images/backup/lib/archive.sh writes the tags. */
const snapshots = z.array(
  z.object({ id: z.string(), time: z.string(), tags: z.array(z.string()).default([]) }),
);

const base = z.object({
  id: z.string(),
  line: z.string(),

  /** The part of the log that it begins in. */
  part: z.coerce.number().int(),

  /** RFC 3339 in UTC: moments from here on can be reached. Absent for one that did not come to its end. */
  from: z.string().exactOptional(),
  major: z.coerce.number().int(),
});

const log = z.object({
  id: z.string(),

  /** When it was made, RFC 3339. */
  time: z.string(),
  line: z.string(),
  part: z.coerce.number().int(),

  /** RFC 3339 in UTC: all that was acknowledged by then is in it. */
  until: z.string(),

  /** Where the log stood then. */
  lsn: z.string().regex(/^[0-9A-F]+\/[0-9A-F]+$/),
});

type Base = z.output<typeof base>;
type Log = z.output<typeof log>;

/** PostgreSQL's log in a repository: lines of it without a gap, each with base backups to replay it on. */
export interface Archive {
  /** Those that moments can be reached from. */
  readonly bases: readonly (Base & { readonly from: string })[];

  /** Of each part of each line the last one, which has all segments of the part. */
  readonly logs: readonly Log[];
}

/** A stretch of time of which each moment can be restored: RFC 3339 in UTC. */
export interface Range {
  readonly from: string;
  readonly until: string;
}

/** A moment, and the snapshots that it takes. */
export interface Moment {
  readonly to: string;
  readonly base: string;

  /** In their order. */
  readonly logs: readonly string[];

  /** The log that `to` needs ends behind this position. */
  readonly lsn: string;
}

export const ARCHIVE_TAGS = ["exploreiot-archive", "exploreiot-base"] as const;

/** @param text what restic prints for `snapshots --json` of a deployment's archive */
export function readArchive(text: string): Archive {
  const all = snapshots.parse(JSON.parse(text)).map(({ id, time, tags }) => ({
    isBase: tags.includes("exploreiot-base"),
    entry: {
      ...{ id, time },
      ...Object.fromEntries(
        tags.flatMap((tag) => (tag.includes("=") ? [tag.split(/=(.*)/s).slice(0, 2)] : [])),
      ),
    },
  }));
  const bases = all.filter(({ isBase }) => isBase).map(({ entry }) => base.parse(entry));
  const logs = all.filter(({ isBase }) => !isBase).map(({ entry }) => log.parse(entry));
  const newest = new Map<string, Log>();
  for (const entry of logs.sort(
    (one, other) => compare(one.until, other.until) || compare(one.time, other.time),
  ))
    newest.set(`${entry.line} ${entry.part}`, entry);
  return {
    bases: bases
      .flatMap(({ from, ...rest }) => (from === undefined ? [] : [{ ...rest, from }]))
      .sort((one, other) => compare(one.from, other.from)),
    logs: [...newest.values()].sort((one, other) => one.part - other.part),
  };
}

const compare = (one: string, other: string) => Date.parse(one) - Date.parse(other);

/** The log behind a base backup, as far as no part of it is missing. */
function following({ logs }: Archive, { line, part }: Base): readonly Log[] {
  const own = logs.filter((entry) => entry.line === line && entry.part >= part);
  return own.filter((entry, index) => entry.part === part + index);
}

/** One for each line, oldest first. */
export function rangesOf(archive: Archive): readonly Range[] {
  const found = new Map<string, Range>();
  for (const entry of archive.bases) {
    const until = following(archive, entry).at(-1)?.until;
    const before = found.get(entry.line);
    if (until !== undefined && compare(entry.from, until) <= 0)
      found.set(entry.line, { from: before?.from ?? entry.from, until });
  }
  return [...found.values()];
}

/** Stands for the last moment that there is. */
export const LATEST = "latest";

interface Wanted {
  /** RFC 3339 in UTC, or LATEST. */
  readonly to: string;
  readonly deployment: string;

  /** As people name it. */
  readonly repository: string;

  /** Of the server that would run on it. */
  readonly major: number;
}

/** @throws UserError for a moment that cannot be reached, with those that can */
export function momentIn(archive: Archive, { to: wanted, deployment, repository, major }: Wanted): Moment {
  const ranges = rangesOf(archive);
  const to = wanted === LATEST ? (ranges.at(-1)?.until ?? wanted) : wanted;
  const found = archive.bases.findLast(
    (entry) =>
      compare(entry.from, to) <= 0 && compare(to, following(archive, entry).at(-1)?.until ?? entry.from) <= 0,
  );
  if (found === undefined)
    throw new UserError(
      ranges.length === 0
        ? `${repository}: holds no archive of ${deployment}, so no moment between two backups can be restored`
        : `--to ${to}: is not in the archive of ${deployment}`,
      ranges.length === 0
        ? "set backup.archive: true for the time to come; exploreiot restore without --to restores a backup"
        : `allowed: ${ranges.map(({ from, until }) => `${from} to ${until}`).join(", or ")}`,
    );
  if (found.major !== major)
    throw new UserError(
      `--to ${to}: is in the archive of PostgreSQL ${found.major}, and this version of the kit runs PostgreSQL ${major}`,
      "restore it with the version of the kit that made it, or a backup of that time: exploreiot restore --snapshot ID",
    );
  const all = following(archive, found);
  const last = all.findIndex(({ until }) => compare(to, until) <= 0);
  return {
    ...{ to, base: found.id, logs: all.slice(0, last + 1).map(({ id }) => id) },
    lsn: all[last]?.lsn ?? "",
  };
}

const time = z.iso.datetime({ offset: true });

/**
 * A moment as people write it, in UTC and milliseconds; LATEST as it is.
 *
 * @throws UserError for a time without a zone, or of no day
 */
export function momentOf(text: string): string {
  if (text === LATEST) return text;
  if (time.safeParse(text).success && !/\.\d{4}/.test(text)) return new Date(text).toISOString();
  throw new UserError(
    `--to ${text}: allowed: a time with its zone, such as 2026-11-29T14:03:00Z or 2026-11-29T15:03:00.250+01:00, in milliseconds at most; or latest`,
    "exploreiot backup list says which moments can be restored",
  );
}
