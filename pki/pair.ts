import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, withDraft, writing } from "../config/private-files.ts";

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
  withDraft(folder, (draft) => {
    mkdirSync(draft, { mode: 0o700 });
    writeFileSync(join(draft, `${name}.crt`), certificate, { mode: 0o400, flush: true });
    writeFileSync(join(draft, `${name}.key`), key, { mode: 0o400, flush: true });
    renameOntoNothing(draft, folder);
  });
}

/** The pair in that folder, or undefined if there is none. */
export function readPair(folder: string, name: string): Pair | undefined {
  const certificate = readIfThere(join(folder, `${name}.crt`));
  const key = readIfThere(join(folder, `${name}.key`));
  return certificate === undefined || key === undefined ? undefined : { certificate, key };
}

/** @throws UserError if nothing can be written there */
export function writableFolder(folder: string): void {
  writing(folder, () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    accessSync(folder, constants.W_OK);
  });
}

function renameOntoNothing(draft: string, folder: string): void {
  try {
    renameSync(draft, folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOTEMPTY" && code !== "EEXIST") throw error;
  }
}
