import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { resolve, sep } from "node:path";
import { NO_FILE } from "./file-problem.ts";

/**
 * A synthesis depends on files and on the clock. All code that makes it reads them through here, so that it is known
 * afterwards what was read, and whether it would be found the same again.
 */
const LOOKS = {
  content: (path: string) => hashOf(fs.readFileSync(path)),
  names: (path: string) => namesOf(fs.readdirSync(path, { withFileTypes: true })),
  target: (path: string) => fs.readlinkSync(path),
  kind: (path: string) => kindOf(fs.statSync(path)),
  isThere: (path: string) => String(fs.existsSync(path)),
} as const;

type Look = keyof typeof LOOKS;

/** Of each look and path what was found, by all of this process. */
const found = new Map<string, string>();
let isInDoubt = false;
let from = Number.NEGATIVE_INFINITY;
let until = Number.POSITIVE_INFINITY;

/** A folder that stands for another one, and is gone afterwards. */
let standIn: { readonly folder: string; readonly home: string } | undefined;

/** Has what is read in one folder noted as of the other, until this is called without. */
export function noteAsOf(folders: typeof standIn): void {
  standIn = folders;
}

const asKept = (path: string): string =>
  standIn !== undefined && path.startsWith(`${standIn.folder}${sep}`)
    ? `${standIn.home}${path.slice(standIn.folder.length)}`
    : path;

/** All that was read up to now; a look is its kind, a space and a path. */
export interface Inputs {
  readonly found: readonly (readonly [look: string, result: string])[];

  /** The time in which the clock gives the same answers, in milliseconds since 1970; `null` for no end. */
  readonly from: number | null;
  readonly until: number | null;
}

/** Undefined where something changed while it was read, or was made: another time it would be read otherwise. */
export function inputsSoFar(): Inputs | undefined {
  if (isInDoubt) return undefined;
  const all = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return { found: all, from: finite(from), until: finite(until) };
}

const finite = (time: number) => (Number.isFinite(time) ? time : null);

let made: { readonly path: string; readonly text: string } | undefined;

/**
 * Notes what this process made of all that, at the path where it belongs: another one may make it there as well. Of several stacks
 * the last is noted: they are of an app of many sites, of which nothing is kept.
 */
export function noteMade(path: string, text: string): void {
  made = { path: resolve(path), text };
}

export const madeAt = (path: string): string | undefined =>
  made?.path === resolve(path) ? made.text : undefined;

/** The result of looking at a file with that text. */
export const lookOf = (path: string, text: string): readonly [look: string, result: string] => [
  `content ${resolve(path)}`,
  was(hashOf(Buffer.from(text))),
];

/** The result of such a look now. */
export function lookAgain(look: string): string {
  const space = look.indexOf(" ");
  const [kind, path] = [look.slice(0, space), look.slice(space + 1)];
  if (!Object.hasOwn(LOOKS, kind)) return "no such look";
  try {
    return was(LOOKS[kind as Look](path));
  } catch (error) {
    return failed(error);
  }
}

/** As the function of that name of `node:fs`, and noted; the rest as well. */
export function readFileSync(path: string): Buffer;
export function readFileSync(path: string, encoding: "utf8"): string;
export function readFileSync(path: string, encoding?: "utf8"): Buffer | string {
  const content = noted("content", path, () => fs.readFileSync(path), hashOf);
  return encoding === undefined ? content : content.toString(encoding);
}

/**
 * The content of a file that people name. Reading a pipe would wait for someone who writes into it, and a device may never end.
 *
 * @throws an error of code `NO_FILE` for such a one, and those of `node:fs`
 */
export function readPlainFile(path: string): Buffer {
  const kind = statSync(path);
  if (kind.isFile() || kind.isDirectory()) return readFileSync(path);
  throw Object.assign(new Error(path), { code: NO_FILE });
}

export function readdirSync(path: string): string[];
export function readdirSync(path: string, options: { readonly withFileTypes: true }): fs.Dirent[];
export function readdirSync(path: string, options?: object): (string | fs.Dirent)[] {
  const entries = noted("names", path, () => fs.readdirSync(path, { withFileTypes: true }), namesOf);
  return options === undefined ? entries.map(({ name }) => name) : entries;
}

export const readlinkSync = (path: string): string =>
  noted("target", path, () => fs.readlinkSync(path), String);

export function statSync(path: string): fs.Stats;
export function statSync(path: string, options: { readonly throwIfNoEntry: false }): fs.Stats | undefined;
export function statSync(path: string, options?: { readonly throwIfNoEntry: false }): fs.Stats | undefined {
  try {
    return noted("kind", path, () => fs.statSync(path), kindOf);
  } catch (error) {
    if (options !== undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}

export const existsSync = (path: string): boolean =>
  noted("isThere", path, () => fs.existsSync(path), String);

/** Whether a moment is behind this machine's clock. */
export function isPast(moment: number): boolean {
  const is = moment < Date.now();
  if (is) from = Math.max(from, moment);
  else until = Math.min(until, moment);
  return is;
}

function noted<T>(look: Look, path: string, read: () => T, told: (result: T) => string): T {
  const note = (result: string) => {
    const key = `${look} ${asKept(resolve(path))}`;
    if ((found.get(key) ?? result) !== result) isInDoubt = true;
    found.set(key, result);
  };
  try {
    const result = read();
    note(was(told(result)));
    return result;
  } catch (error) {
    note(failed(error));
    throw error;
  }
}

const was = (result: string) => `= ${result}`;

/** A path that cannot be read is a result as well: it may be there tomorrow. */
const failed = (error: unknown) => `! ${(error as NodeJS.ErrnoException).code}`;

const hashOf = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Whether an entry is a link is asked apart: a draft of a deployment's directory has links where that has files. */
const namesOf = (entries: readonly fs.Dirent[]): string =>
  JSON.stringify(entries.map((entry) => [entry.name, entry.isDirectory(), entry.isSymbolicLink()]).sort());

const kindOf = (found: fs.Stats): string =>
  found.isFile() ? `file ${found.size} ${found.mode & 0o111}` : found.isDirectory() ? "folder" : "other";
