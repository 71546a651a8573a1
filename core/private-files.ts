import { randomBytes } from "node:crypto";
import { linkSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors.ts";
import { readFileSync } from "./inputs.ts";

/**
 * The text of a file, or undefined if there is none.
 *
 * @throws UserError if it is there and cannot be read
 */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new UserError(`${path}: cannot be read (${message})`, "run as the user who made this deployment");
  }
}

/**
 * Replaces a file by one rename, so that neither a reader nor a crash meets half of one.
 *
 * @param mode of the file; a folder that is made for it has 0700
 * @throws UserError if it cannot be written
 */
export function replaceFile(path: string, content: string | Uint8Array, mode = 0o400): void {
  withDraft(path, (draft) => {
    writeFileSync(draft, content, { mode, flag: "wx", flush: true });
    renameSync(draft, path);
  });
}

/**
 * Makes a file (0400) unless there is one: of two processes that start together one wins, and both read its file.
 *
 * @throws UserError if it cannot be written
 */
export function makeFileOnce(path: string, content: string): void {
  withDraft(path, (draft) => {
    writeFileSync(draft, content, { mode: 0o400, flag: "wx", flush: true });
    try {
      linkSync(draft, path);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  });
}

/** Gives a name next to the final place to what is to be written whole; nothing is left there afterwards. */
export function withDraft(path: string, write: (draft: string) => void): void {
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  writing(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      write(draft);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

/** Turns what goes wrong while a path is written into an error that names it, and what to do. */
export function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** The same for an error that comes later. One that is for people already stays as it is, and so does a bug. */
export function unwritable(path: string, error: unknown): unknown {
  const { code, message } = error as NodeJS.ErrnoException;
  if (error instanceof UserError || code === undefined) return error;
  const remedy =
    code === "ENOSPC" ? "free some disk space and run it again" : "check the folder's owner and mode";
  return new UserError(`${path}: cannot be written (${message})`, remedy);
}
