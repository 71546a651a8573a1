import { UserError } from "./errors.ts";
import { fileProblem } from "./file-problem.ts";

/**
 * Exit codes, the same for every verb. 2 (drift or changes pending) is given by the verbs that ask for it, and 3 by
 * those that judge what they may not be able to read.
 */
export const EXIT = { ok: 0, userError: 1, changes: 2, cannotJudge: 3, bug: 70 } as const;

const OWNER =
  "check the owner and the mode of it and of its folder, and run this as the user whose project it is";
const ROOM = "free some disk space and run it again";
const BUSY = "end something that runs here, or allow more processes (ulimit -u), and run it again";
const FILES = "allow more open files (ulimit -n), or end what holds so many";

/** Codes of system calls by which a machine refuses what is right: no bug of the kit. */
const REFUSED: Readonly<Record<string, string>> = {
  ...{ EACCES: OWNER, EPERM: OWNER, EROFS: OWNER },
  ...{ ENOSPC: ROOM, EDQUOT: ROOM },
  ...{ EMFILE: FILES, ENFILE: FILES },
  ...{ EAGAIN: BUSY, ENOMEM: BUSY },
  EIO: "look at the disk: dmesg says what is wrong with it",
  ENOTDIR: "put a folder where a file is",
};

/** An error as people are told it: one of the machine's, from any place, says what the machine refused. */
export function forPeople(error: unknown): unknown {
  const { code = "", path, syscall } = (error ?? {}) as NodeJS.ErrnoException;
  const remedy = syscall === undefined ? undefined : REFUSED[code];
  if (isReadOnly(error as NodeJS.ErrnoException))
    return new UserError(
      `${path}: cannot be made: its file system is read-only, or its folder is gone`,
      OWNER,
    );
  if (remedy === undefined || error instanceof UserError) return error;
  return new UserError(`${path ?? syscall}: ${fileProblem(error)}`, remedy);
}

/** Where a folder is to be made together with those above it, Node says ENOENT of a read-only file system. */
const isReadOnly = (error: NodeJS.ErrnoException | undefined) =>
  error?.syscall === "mkdir" && error.code === "ENOENT";

/** Prints an error on standard error as what it is, and says with which code to exit. */
export function report(thrown: unknown): number {
  const error = forPeople(thrown);
  if (error instanceof UserError) {
    process.stderr.write(`error: ${error.render()}\n`);
    return EXIT.userError;
  }
  process.stderr.write(
    `this is a bug in the kit, please report it:\n${(error as Error)?.stack ?? String(error)}\n`,
  );
  return EXIT.bug;
}
