import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../core/errors.ts";
import { damaged } from "../core/own-files.ts";
import { readIfThere, replaceFile, writing } from "../core/private-files.ts";
import { LOCK_FILE } from "../runners/deploy-lock.ts";

const SUMS = "SHA256SUMS";

/** In every rendered folder, and nowhere else: other people call their checksums `SHA256SUMS` too. */
const MARK = "deployment.sh";

/** Says in that file whose render it is. */
const PROJECT = /^project=(\S+)$/m;

/** As coreutils write it. */
const LINE = /^[0-9a-f]{64} [ *]./;

/** Path in the folder to text. */
export type Files = Readonly<Record<string, string>>;

/** SHA256SUMS of these files. */
export const checksums = (files: Files): string =>
  sumLines(Object.entries(files).map(([path, text]) => [path, sha256(text)]));

/** Path and SHA-256 of each file, as coreutils write and check them, sorted by path. */
export const sumLines = (sums: Iterable<readonly [path: string, sum: string]>): string =>
  [...sums]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, sum]) => `${sum}  ${path}\n`)
    .join("");

/** @returns SHA-256 of each file by its path; undefined where the text is no whole list of them */
export function readSums(text: string): ReadonlyMap<string, string> | undefined {
  const lines = text.split("\n").filter(Boolean);
  const isWhole = (text === "" || text.endsWith("\n")) && lines.every((line) => LINE.test(line));
  return isWhole ? new Map(lines.map((line) => [line.slice(66), line.slice(0, 64)])) : undefined;
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/** The mode of a file of a rendered folder. */
export const modeOf = (path: string): number => (path.endsWith(".sh") ? 0o755 : 0o644);

/**
 * Writes the files and their checksums. A file that an earlier render wrote and this one does not is removed; anything else
 * (secrets, state, images) is left alone. The checksums come first: a folder whose render was killed is then known as
 * one, `start.sh` refuses it, and the next render finishes it.
 *
 * @param isClosed whether it is this user's alone: what stands in the deployment's own directory is. @default false
 * @throws UserError if the folder holds something but no earlier render of this deployment, or cannot be written
 */
export function writeFolder(folder: string, files: Files, isClosed = false): void {
  const mode = (wanted: number) => (isClosed ? wanted & 0o700 : wanted);
  writing(folder, () => mkdirSync(folder, { recursive: true, mode: mode(0o777) }));
  for (const path of earlierRender(folder, files[MARK])) {
    if (!(path in files)) rmSync(join(folder, path), { force: true });
  }
  for (const [path, text] of Object.entries({ [SUMS]: checksums(files), ...files })) {
    const target = join(folder, path);
    writing(target, () => mkdirSync(dirname(target), { recursive: true, mode: mode(0o777) }));
    replaceFile(target, text, mode(0o644));
    chmodSync(target, mode(modeOf(path)));
    // One that was made before is closed as well.
    if (isClosed) chmodSync(dirname(target), 0o700);
  }
}

/** @throws UserError if the folder holds something but no earlier render of this deployment */
export function refuseOtherFolder(folder: string, files: Files): void {
  if (existsSync(folder)) earlierRender(folder, files[MARK]);
}

/** The files that an earlier render wrote; none for a folder that is empty but for drafts and the lock. */
function earlierRender(folder: string, mark = ""): readonly string[] {
  const before = listed(folder);
  const isEmpty = readdirSync(folder).every((name) => name.endsWith(".tmp") || name === LOCK_FILE);
  if (!isEmpty && !before.includes(MARK)) {
    throw new UserError(
      `${folder}: holds files that are no earlier render`,
      "name a folder that is empty or not there yet",
    );
  }
  const [there, here] = [readIfThere(join(folder, MARK)) ?? "", mark].map((text) => PROJECT.exec(text)?.[1]);
  if (there !== undefined && there !== here) {
    throw new UserError(
      `${folder}: holds a render of ${there}, with the secrets of that deployment`,
      "name another folder",
    );
  }
  return before;
}

/** Paths in SHA256SUMS that stay inside the folder. */
function listed(folder: string): readonly string[] {
  const sums = readSums(readIfThere(join(folder, SUMS)) ?? "");
  // Only of a render it is ours to say so.
  if (sums === undefined && readIfThere(join(folder, MARK)) !== undefined) {
    throw damaged(
      join(folder, SUMS),
      "cut short, or not a list of checksums",
      `write a short one, then render again: cd ${folder} && sha256sum ${MARK} > ${SUMS}`,
    );
  }
  return [...(sums?.keys() ?? [])].filter(
    (path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."),
  );
}
