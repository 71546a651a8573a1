import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

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
  const draft = `${folder}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  mkdirSync(draft, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(join(draft, `${name}.crt`), certificate, { mode: 0o400, flush: true });
    writeFileSync(join(draft, `${name}.key`), key, { mode: 0o400, flush: true });
    renameSync(draft, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
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
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

/** Replaces a file (0400) by one rename, so that nobody reads half of one. */
export function replaceFile(path: string, content: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(draft, content, { mode: 0o400, flush: true });
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}
