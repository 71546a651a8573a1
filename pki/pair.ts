import { createHash, createPrivateKey, X509Certificate } from "node:crypto";
import { accessSync, constants, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { damaged } from "../core/own-files.ts";
import { readIfThere, withDraft, writing } from "../core/private-files.ts";

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

/**
 * The pair in that folder, or undefined if there is none.
 *
 * @param loss what it means to have it made again
 * @throws UserError if half of it is missing, a file is damaged, or the two do not belong together
 */
export function readPair(folder: string, name: string, loss: string): Pair | undefined {
  const [certificateFile, keyFile] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  const [certificate, key] = [readIfThere(certificateFile), readIfThere(keyFile)];
  if (certificate === undefined && key === undefined) return undefined;
  const remedy = ["bring back both files of the pair from a copy", `or rm -r ${folder}: ${loss}`];
  const parsed = parse(certificate, (text) => new X509Certificate(text));
  const parsedKey = parse(key, createPrivateKey);
  if (parsed === undefined || certificate === undefined)
    throw damaged(certificateFile, "not there, or not a whole certificate", ...remedy);
  if (parsedKey === undefined || key === undefined)
    throw damaged(keyFile, "not there, or not a whole private key", ...remedy);
  if (!parsed.checkPrivateKey(parsedKey))
    throw damaged(keyFile, `not the key of ${certificateFile}`, ...remedy);
  return { certificate, key };
}

function parse<T>(text: string | undefined, read: (text: string) => T): T | undefined {
  try {
    return text === undefined ? undefined : read(text);
  } catch {
    return undefined;
  }
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
