import { createHash } from "node:crypto";
import { chmodSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../core/errors.ts";
import { damaged } from "../core/own-files.ts";
import { readIfThere, replaceFile, writing } from "../core/private-files.ts";

const SUMS = "SHA256SUMS";

/** In every rendered folder, and nowhere else: other people call their checksums `SHA256SUMS` too. */
const MARK = "deployment.sh";

/** Says in that file whose render it is. */
const PROJECT = /^project=(\S+)$/m;

/** As coreutils write it. */
const LINE = /^[0-9a-f]{64} [ *]./;

/** Path in the folder to text. */
export type Files = Readonly<Record<string, string>>;

/** SHA256SUMS as coreutils write and check it, sorted by path. */
export function checksums(files: Files): string {
  return Object.keys(files)
    .sort()
    .map((path) => `${sha256(files[path] as string)}  ${path}\n`)
    .join("");
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

/**
 * Writes the files and their checksums. What an earlier render wrote and this one does not is removed; anything else
 * (secrets, state, images) is left alone. The checksums come first: a folder whose render was killed is then known as
 * one, `start.sh` refuses it, and the next render finishes it.
 *
 * @throws UserError if the folder holds something but no earlier render of this deployment, or cannot be written
 */
export function writeFolder(folder: string, files: Files): void {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  for (const path of earlierRender(folder, files[MARK])) {
    if (!(path in files)) rmSync(join(folder, path), { force: true });
  }
  for (const [path, text] of Object.entries({ [SUMS]: checksums(files), ...files })) {
    const target = join(folder, path);
    writing(target, () => mkdirSync(dirname(target), { recursive: true }));
    replaceFile(target, text, 0o644);
    chmodSync(target, path.endsWith(".sh") ? 0o755 : 0o644);
  }
}

/** What an earlier render wrote; nothing for a folder that is empty but for drafts. */
function earlierRender(folder: string, mark = ""): readonly string[] {
  const before = listed(folder);
  const isEmpty = readdirSync(folder).every((name) => name.endsWith(".tmp"));
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
  const text = readIfThere(join(folder, SUMS));
  const lines = (text ?? "").split("\n").filter(Boolean);
  const isWhole = text === undefined || (text.endsWith("\n") && lines.every((line) => LINE.test(line)));
  // Only of a render it is ours to say so.
  if (!isWhole && readIfThere(join(folder, MARK)) !== undefined) {
    throw damaged(
      join(folder, SUMS),
      "cut short, or not a list of checksums",
      `write a short one, then render again: cd ${folder} && sha256sum ${MARK} > ${SUMS}`,
    );
  }
  return lines
    .map((line) => line.slice(66))
    .filter((path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."));
}
