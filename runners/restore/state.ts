import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { readOwnJson } from "../../core/own-files.ts";
import { writeWholeJson } from "../write-whole.ts";

/**
 * How far one volume is: nothing was done; what it held stands in `former`; it holds the snapshot's data. Each is written
 * down after it was done, and doing it again is harmless.
 */
const progress = z.enum(["waiting", "kept", "done"]);

const swap = z.strictObject({
  volume: z.string(),

  /** Volume that its new data comes from. @default - the staging volume */
  source: z.string().exactOptional(),

  /** Folder below it. */
  from: z.string(),

  /** Numeric `uid:gid` that owns its files. @default - those that owned them at the backup */
  user: z.string().exactOptional(),

  /** Where its data of before is kept. @default - it held nothing */
  former: z.string().exactOptional(),
  progress,
});

const shape = z.strictObject({
  /** Of the restore that is under way. @default - none is */
  now: z
    .strictObject({
      snapshot: z.string(),

      /** RFC 3339. */
      made: z.string(),

      /** The archive that brings the database to a moment. @default - the database is the snapshot's */
      moment: z
        .strictObject({
          to: z.string(),
          base: z.string(),
          logs: z.array(z.string()).readonly(),
          lsn: z.string(),
        })
        .exactOptional(),

      /** The rows that were compared with the manifest. @default - not yet */
      rehearsed: z.strictObject({ tables: z.int(), rows: z.int() }).exactOptional(),

      /** Empty until data is replaced. */
      swaps: z.array(swap).readonly(),
    })
    .exactOptional(),

  /** Of the way back to the data of before a restore that is under way. @default - none is */
  undo: z.array(swap).readonly().exactOptional(),

  /** Volumes that hold the data of before a restore, until they are deleted by `--delete-former`. */
  former: z.array(z.string()).readonly(),
});

export type RestoreState = Readonly<z.output<typeof shape>>;
export type Restoring = NonNullable<RestoreState["now"]>;
export type Swap = z.output<typeof swap>;

const file = (home: string) => join(home, "restore.json");

/** @throws UserError for a damaged file: which volumes are half-filled is not known then */
export const readRestore = (home: string): RestoreState =>
  readOwnJson(
    file(home),
    shape,
    "it says how far a restore is; bring it back, or remove it and run exploreiot restore again from its beginning",
  ) ?? { former: [] };

export function writeRestore(home: string, state: RestoreState): void {
  if (state.now === undefined && state.undo === undefined && state.former.length === 0)
    rmSync(file(home), { force: true });
  else writeWholeJson(file(home), state);
}

/**
 * Refuses to start services on volumes that a restore which was stopped has filled in part.
 *
 * @throws UserError that says how to go on
 */
export function refuseHalfRestored(home: string): void {
  refuseHalfUndone(home);
  const { now } = readRestore(home);
  const open = now?.swaps.filter((entry) => entry.progress !== "done") ?? [];
  if (open.length === 0) return;
  throw new UserError(
    `a restore of snapshot ${now?.snapshot.slice(0, 8)} was stopped, and ${open.map(({ volume }) => volume).join(", ")} may be filled in part`,
    "let it come to its end: exploreiot restore --yes -c CONFIG",
  );
}

/** @throws UserError while the way back to the data of before a restore was stopped */
export function refuseHalfUndone(home: string): void {
  const { undo } = readRestore(home);
  if (undo === undefined) return;
  throw new UserError(
    `restore --undo was stopped, and ${undo.map(({ volume }) => volume).join(", ")} may be filled in part`,
    "let it come to its end: exploreiot restore --undo --yes -c CONFIG",
  );
}

/** @returns the error for what cannot be done while a restore replaces data */
export const unfinishedRestore = ({ snapshot, moment }: Pick<Restoring, "snapshot" | "moment">): UserError =>
  new UserError(
    `a restore of snapshot ${snapshot.slice(0, 8)}${moment === undefined ? "" : ` to ${moment.to}`} was stopped while it replaced data`,
    "let it come to its end first: exploreiot restore --yes -c CONFIG",
  );
