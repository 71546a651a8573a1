import { UserError } from "../../core/errors.ts";
import { isAhead, isFresh } from "../../core/fresh.ts";
import { backupOf, listBackups, type Snapshot } from "../docker/backup.ts";
import type { DeploymentRecord } from "../record.ts";
import type { Stack } from "../stack.ts";

/** Above it a backup misses too much of what an upgrade could lose. */
const FRESH_HOURS = 24;

/** A backup that was restored and compared; `at` is when it was made. */
export type Verified = Pick<Snapshot, "id" | "at">;

/**
 * The last backup that was restored and compared.
 *
 * @returns undefined where there is none, or the container that makes backups cannot be asked
 */
export async function lastVerified(stack: Stack): Promise<Verified | undefined> {
  const spec = backupOf(stack);
  if (spec === undefined) return undefined;
  try {
    return (await listBackups(spec)).findLast(({ verified }) => verified);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** When that backup was made. */
export async function lastVerifiedBackup(stack: Stack): Promise<Date | undefined> {
  const last = await lastVerified(stack);
  return last === undefined ? undefined : new Date(last.at);
}

/** Whether a deployment makes backups: declared, and known to the last `up`, so that there can be one. */
export const makesBackups = (stack: Stack, record: DeploymentRecord | undefined): boolean => {
  const name = backupOf(stack)?.name;
  return name !== undefined && record?.containers[name] !== undefined;
};

/**
 * Refuses to migrate data that no fresh, verified backup has.
 *
 * @param made when the last verified one was made
 * @throws UserError that says how to get one
 */
export function refuseWithoutBackup(made: Date | undefined, now = new Date()): void {
  if (made !== undefined && isFresh(made, FRESH_HOURS * 3600, now)) return;
  throw new UserError(
    made === undefined
      ? "no verified backup is known, and an upgrade migrates data"
      : `the last verified backup is ${ageIn(made, now)}, and an upgrade migrates data; allowed: ${FRESH_HOURS}`,
    "make one: exploreiot backup -c CONFIG, then exploreiot backup verify -c CONFIG",
    "or go on without it: exploreiot upgrade --without-backup -c CONFIG",
  );
}

const ageIn = (made: Date, now: Date): string =>
  isAhead(made, now)
    ? `of ${made.toISOString()}, ahead of this machine's clock`
    : `${Math.floor((now.getTime() - made.getTime()) / 3_600_000)} hours old`;
