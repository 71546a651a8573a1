import { createHash, randomBytes } from "node:crypto";
import { accessSync, constants, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../config/errors.ts";

/** A certificate, with its intermediates if it has some, and its private key; both PEM. */
export interface Pair {
  readonly certificate: string;
  readonly key: string;
}

/** 16 hex digits that differ for every pair; the same are made by `sha256sum edge.crt` in the renewer. */
export const pairId = ({ certificate }: Pair): string =>
  createHash("sha256").update(certificate).digest("hex").slice(0, 16);

/**
 * Writes `<name>.crt` and `<name>.key` into a folder of their own (0700, files 0400), both or none. Of two processes
 * that start together one wins; both read its pair afterwards.
 */
export function putPair(folder: string, name: string, { certificate, key }: Pair): void {
  const draft = draftOf(folder);
  guarded(folder, () => {
    mkdirSync(draft, { recursive: true, mode: 0o700 });
    try {
      writeFileSync(join(draft, `${name}.crt`), certificate, { mode: 0o400, flush: true });
      writeFileSync(join(draft, `${name}.key`), key, { mode: 0o400, flush: true });
      renameOntoNothing(draft, folder);
    } finally {
      rmSync(draft, { recursive: true, force: true });
    }
  });
}

/** The pair in that folder, or undefined if there is none. */
export function readPair(folder: string, name: string): Pair | undefined {
  const certificate = readIfThere(join(folder, `${name}.crt`));
  const key = readIfThere(join(folder, `${name}.key`));
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** The text of a file, or undefined if there is none. */
export function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new UserError(`${path}: cannot be read (${message})`, "run as the user who made this deployment");
  }
}

/** Replaces a file (0400) by one rename, so that nobody reads half of one. */
export function replaceFile(path: string, content: string): void {
  const draft = draftOf(path);
  guarded(path, () => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    try {
      writeFileSync(draft, content, { mode: 0o400, flush: true });
      renameSync(draft, path);
    } finally {
      rmSync(draft, { force: true });
    }
  });
}

/** @throws UserError if nothing can be written there */
export function writableFolder(folder: string): void {
  guarded(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  });
}

const draftOf = (path: string) => `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;

function renameOntoNothing(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}

function guarded(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy =
      code === "ENOSPC" ? "free some disk space and run it again" : "check the folder's owner and mode";
    throw new UserError(`${path}: cannot be written (${message})`, remedy);
  }
}
