import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { ofRole } from "../runners/containers.ts";
import type { Observation } from "../runners/docker/observe.ts";
import type { Stack } from "../runners/stack.ts";
import { inDatabase } from "./chain/hops.ts";
import type { Storage } from "./status-output.ts";

/** A disk that is full so soon is nothing to wait with. */
const SOON_DAYS = 14;

/** How far back it is looked for what comes in a day. */
const LOOK_BACK_DAYS = 28;

/** With less of it nobody knows what a day brings. */
const LEAST_DAYS = 1;

const DAY = 86_400;
const WEEK = 7 * DAY;

/** The database's numbers about itself; times in seconds since 1970. */
const saidByDatabase = z.object({
  bytes: z.number(),
  /** As images/postgres/measure.sh says it; null where nobody does. */
  room: z.string().nullable(),
  now: z.number(),
  /** The oldest reading that is stored as it came. */
  first: z.number().nullable(),
  weeks: z.array(z.object({ from: z.number(), bytes: z.number() })),
  /** Up to where the last sound run of retention let readings go. */
  horizon: z.number().nullable(),
  refused: z.string().nullable(),
  early: z.number().nullable(),
});

type Said = z.output<typeof saidByDatabase>;

/** Only the shipped backend has these tables. */
const QUESTION = `
SELECT to_regclass('public.retention') IS NOT NULL AND to_regclass('public.readings_hourly') IS NOT NULL AS known \\gset
\\if :known
SELECT json_build_object(
  'bytes', pg_database_size(current_database()),
  'room', (SELECT application_name FROM pg_stat_activity
    WHERE usesysid = 10 AND application_name LIKE 'disk %' ORDER BY split_part(application_name, ' ', 5) DESC LIMIT 1),
  'now', extract(epoch FROM now()),
  'first', (SELECT extract(epoch FROM min(time)) FROM public.readings),
  'weeks', (SELECT coalesce(json_agg(json_build_object(
      'from', extract(epoch FROM (right(inhrelid::regclass::text, 8) || ' 00:00+00')::timestamptz),
      'bytes', pg_total_relation_size(inhrelid))), '[]')
    FROM pg_inherits WHERE inhparent = 'public.readings'::regclass),
  'horizon', extract(epoch FROM horizon), 'refused', refused, 'early', early_weeks)
FROM (SELECT 1) AS one LEFT JOIN public.retention ON true;
\\endif`;

/** How the disk of the readings is; undefined where the database does not run, or has none. */
export async function storageOf(
  stack: Stack,
  { containers }: Observation,
): Promise<Storage | { readonly unknown: string } | undefined> {
  const postgres = ofRole(stack, "postgres");
  if (postgres === undefined || stack.database === undefined) return undefined;
  if (containers.get(postgres.name)?.State.Running !== true) return undefined;
  try {
    const answer = await inDatabase(stack, QUESTION);
    return answer === "" ? undefined : forecast(saidByDatabase.parse(JSON.parse(answer)));
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { unknown: `room for readings: ${error.message}` };
  }
}

/** The forecast from the numbers. Sums are left out of the growth of a day: they are a hundredth of it. */
export function forecast(said: Said): Storage {
  const room = roomOf(said);
  const bytesPerDay = growth(said);
  const daysUntilFull =
    room === undefined || !bytesPerDay ? undefined : Math.floor(room.freeBytes / bytesPerDay);
  const levelsOff = daysUntilFull !== undefined && daysUntilFull > daysUntilOldestGoes(said);
  const early = said.early ?? 0;
  return {
    databaseBytes: said.bytes,
    ...(bytesPerDay === undefined ? {} : { bytesPerDay }),
    ...room,
    ...(daysUntilFull === undefined || levelsOff ? {} : { daysUntilFull }),
    levelsOff,
    weeksAggregatedEarly: early,
    trouble: [
      ...(said.refused === null ? [] : [said.refused]),
      ...(daysUntilFull === undefined || levelsOff || daysUntilFull >= SOON_DAYS
        ? []
        : [
            `the disk is full in ${daysUntilFull} days: make room, or keep readings for a shorter time (retention)`,
          ]),
    ],
  };
}

function roomOf({ room, now }: Said) {
  const [free, size, at] = (room ?? "").split(" ").slice(-3).map(Number);
  // It is measured every five seconds; a word that is older says nothing.
  if (free === undefined || size === undefined || at === undefined || now - at > 60) return undefined;
  return { freeBytes: free, diskBytes: size };
}

/** Bytes that a day brings, from the last weeks; undefined as long as there is less than a day of them. */
function growth({ weeks, first, now }: Said): number | undefined {
  if (first === null) return undefined;
  const late = weeks.filter(({ from }) => from + WEEK > now - LOOK_BACK_DAYS * DAY && from <= now);
  const since = Math.max(first, Math.min(...late.map(({ from }) => from)));
  const days = (now - since) / DAY;
  if (days < LEAST_DAYS) return undefined;
  return Math.round(late.reduce((sum, { bytes }) => sum + bytes, 0) / days);
}

/** From then on as much goes as comes, if it comes as it did. */
function daysUntilOldestGoes({ weeks, horizon }: Said): number {
  if (horizon === null || weeks.length === 0) return Number.POSITIVE_INFINITY;
  return Math.max(0, (Math.min(...weeks.map(({ from }) => from)) + WEEK - horizon) / DAY);
}

const UNITS = ["bytes", "KiB", "MiB", "GiB", "TiB"];

/** As a person reads it: `1.2 GiB`. */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  return `${Number((bytes / 1024 ** power).toPrecision(power === 0 ? 4 : 3))} ${UNITS[power]}`;
}

/** In one line, and one for each trouble. */
export function storageText(storage: Storage): readonly string[] {
  const { databaseBytes, bytesPerDay, freeBytes, diskBytes, daysUntilFull, levelsOff } = storage;
  const early = storage.weeksAggregatedEarly;
  return [
    [
      `readings: ${bytesText(databaseBytes)}`,
      ...(bytesPerDay === undefined ? [] : [`${bytesText(bytesPerDay)} a day`]),
      ...(freeBytes === undefined || diskBytes === undefined
        ? ["how much room the disk has is not known"]
        : [`${bytesText(freeBytes)} of ${bytesText(diskBytes)} free`]),
      ...(daysUntilFull === undefined ? [] : [`full in ${daysUntilFull} days`]),
      ...(levelsOff ? ["as much will go as comes before it is full"] : []),
      ...(early === 0 ? [] : [`${early} weeks went into hourly sums early, for want of room`]),
    ].join(", "),
    ...storage.trouble.map((line) => `trouble: ${line}`),
  ];
}
