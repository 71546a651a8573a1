import { copyFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve } from "node:path";
import { z } from "zod";
import { readOwnJson } from "./own-files.ts";

/** Below the deployment's own directory in a snapshot: the files that its site file names, by numbers. */
export const NAMED_FILES = "site-files";

/** Which number is which file, as seen from the site file's folder; one of another disk is absolute. */
const INDEX = "index.json";

const index = z.array(z.strictObject({ path: z.string(), file: z.string().regex(/^\d+$/) }));

/** Where files go that no path below the site file's folder leads to: nothing else of a machine is written to. */
const ELSEWHERE = "restored-files";

/**
 * Copies the files that a site file names, so that they come back with it.
 *
 * @param files absolute paths
 * @param folder of the site file
 * @param draft what is handed over
 */
export function keepNamedFiles(files: readonly string[], folder: string, draft: string): void {
  const target = join(draft, NAMED_FILES);
  mkdirSync(target);
  const entries = files.map((file, number) => {
    copyFileSync(file, join(target, String(number)));
    return { path: relative(folder, file), file: String(number) };
  });
  writeFileSync(join(target, INDEX), JSON.stringify(entries));
}

/**
 * Brings the files back that a site file names. A file that is there already stays as it is. A path that leads out of its folder
 * is not followed: such a file goes next to the site file.
 *
 * @param draft what came out of the snapshot; one of before such files were kept has none
 * @param folder where the site file is now
 */
export function placeNamedFiles(draft: string, folder: string, report: (line: string) => void): void {
  const kept = join(draft, NAMED_FILES);
  const entries = readOwnJson(join(kept, INDEX), index, "take another snapshot: --snapshot ID") ?? [];
  for (const { path, file } of entries) {
    const text = readFileSync(join(kept, file));
    const isInside = !isAbsolute(path) && !relative(folder, resolve(folder, path)).startsWith("..");
    const target = isInside ? resolve(folder, path) : join(folder, ELSEWHERE, basename(path));
    if (!isInside)
      report(`${basename(path)}: the site file names it outside of its folder; put it there from ${target}`);
    if (!existsSync(target)) {
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(join(kept, file), target);
    } else if (!readFileSync(target).equals(text))
      report(`${target}: is there already, and stays as it is; the backup has another one`);
  }
}
