import { lstatSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { readdirSync, readlinkSync } from "../core/inputs.ts";
import { damaged } from "../core/own-files.ts";
import { withDraft } from "../core/private-files.ts";
import { type Pair, pairId, putPair, readPair } from "./pair.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** The pair that a deployment serves, on the deploying machine. */
export interface CurrentPair {
  readonly id: string;
  readonly pair: Pair;

  /** Path of `edge.crt` and `edge.key`. */
  readonly certificateFile: string;
  readonly keyFile: string;
}

/** Where a deployment's keys and certificates are: `<home>/pki`, 0700. */
export const pkiFolder = (home: string) => join(home, "pki");

/** Folder of the CA that signs the server's certificate: `ca.crt`, `ca.key`. */
export const authorityFolder = (home: string) => join(pkiFolder(home), "authority");

/** The certificate of that CA: what clients have to trust. */
export const authorityFile = (home: string) => join(authorityFolder(home), "ca.crt");

/** Folder of everything about devices. */
export const devicesFolder = (home: string) => join(pkiFolder(home), "devices");

/** Folder of the CA of devices before, for as long as its certificates are accepted next to those of today's. */
export const formerDeviceAuthorityFolder = (home: string) => join(devicesFolder(home), "authority-former");

/** The certificates of both, while there are two. */
export const bothDeviceAuthorities = (home: string) => join(devicesFolder(home), "both.crt");

/** The pair that is to be served, or undefined if none was ever made. */
export function currentPair(home: string): CurrentPair | undefined {
  const folder = linkTarget(join(pkiFolder(home), "current"));
  if (folder === undefined) return undefined;
  const place = join(pkiFolder(home), folder);
  const pair = readPair(place, "edge", "the next run makes a new pair, or takes yours over again");
  if (pair === undefined) return undefined;
  return {
    id: basename(folder),
    pair,
    certificateFile: join(place, "edge.crt"),
    keyFile: join(place, "edge.key"),
  };
}

/** Makes a pair the one that is to be served; the switch is one rename. */
export function setCurrentPair(home: string, pair: Pair): void {
  const pairs = join(pkiFolder(home), "pairs");
  const id = pairId(pair);
  putPair(join(pairs, id), "edge", pair);
  const link = join(pkiFolder(home), "current");
  if (linkTarget(link) === join("pairs", id)) return;
  withDraft(link, (draft) => {
    symlinkSync(join("pairs", id), draft);
    renameSync(draft, link);
  });
  removeOld(pairs, id);
}

/** Keys that are no longer served; not those of today, which another process may be about to deliver. */
function removeOld(pairs: string, kept: string): void {
  for (const id of readdirSync(pairs)) {
    const place = join(pairs, id);
    if (id !== kept && lstatSync(place).mtimeMs < Date.now() - DAY_MS)
      rmSync(place, { recursive: true, force: true });
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    if (code === "EINVAL")
      throw damaged(path, "not a link to a pair", `rm ${path}: the next run makes it again`);
    throw error;
  }
}
