import { readFileSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";

/** The name of standard input. */
const STDIN = new Set(["-", "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"]);

export const isStdin = (path: string): boolean => STDIN.has(path);

/** Above this, a file is no configuration; and JavaScript holds no text of more than 512 MiB. */
const MAX_BYTES = 256 * 1024 ** 2;

/**
 * The text of a file, a pipe or standard input, each of which can be read once.
 *
 * @param stdin what was read from standard input
 * @throws UserError if it cannot be read, or is too large
 */
export function textOf(file: string, stdin?: string): string {
  if (isStdin(file)) return withinLimit(file, stdin ?? "", Buffer.byteLength(stdin ?? ""));
  try {
    const status = statSync(file);
    if (status.isFile()) withinLimit(file, "", status.size);
    const text = readFileSync(file, "utf8");
    return withinLimit(file, text, status.isFile() ? status.size : Buffer.byteLength(text));
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${file}: cannot be read (${fileProblem(error)})`, "check its mode");
  }
}

function withinLimit(file: string, text: string, size: number): string {
  if (size > MAX_BYTES) throw new UserError(`${file}: has ${size} bytes; allowed: at most ${MAX_BYTES}`);
  return text;
}

/** Where relative paths of a file count from: its folder; for a pipe, the folder that the program runs in. */
export const folderOf = (file: string): string =>
  !isStdin(file) && statSync(file).isFile() ? dirname(resolve(file)) : process.cwd();
