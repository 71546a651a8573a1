import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { UserError } from "../config/errors.ts";
import { writing } from "../config/private-files.ts";

const SUMS = "SHA256SUMS";

/** In every rendered folder, and nowhere else: other people call their checksums `SHA256SUMS` too. */
const MARK = "deployment.sh";

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
 * (secrets, state, images) is left alone.
 *
 * @throws UserError if the folder holds something but no earlier render, or cannot be written
 */
export function writeFolder(folder: string, files: Files): void {
  writing(folder, () => mkdirSync(folder, { recursive: true }));
  const before = listed(join(folder, SUMS));
  if (readdirSync(folder).length > 0 && !before.includes(MARK)) {
    throw new UserError(
      `${folder}: holds files that are no earlier render`,
      "name a folder that is empty or not there yet",
    );
  }
  for (const path of before) {
    if (!(path in files)) rmSync(join(folder, path), { force: true });
  }
  for (const [path, text] of Object.entries({ ...files, [SUMS]: checksums(files) })) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    chmodSync(target, path.endsWith(".sh") ? 0o755 : 0o644);
  }
}

/** Paths in a SHA256SUMS that stay inside its folder. */
function listed(sums: string): readonly string[] {
  if (!existsSync(sums)) return [];
  return readFileSync(sums, "utf8")
    .split("\n")
    .map((line) => line.slice(66))
    .filter((path) => path !== "" && !path.startsWith("/") && !path.split("/").includes(".."));
}
