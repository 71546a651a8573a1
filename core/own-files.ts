import type { z } from "zod";
import { UserError } from "./errors.ts";
import { readIfThere } from "./private-files.ts";

/**
 * Reads a JSON file that the kit itself wrote. Such a file is always replaced as a whole (`replaceFile`), so one that is
 * cut short was damaged from outside: by a disk that failed, a copy that was interrupted, or an editor.
 *
 * @param shape what the kit needs of it; a file of another shape counts as damaged
 * @param remedy what to do about a damaged file, one step each
 * @returns undefined if there is no such file
 * @throws UserError that names the file, what is wrong with it and what to do
 */
export function readOwnJson<T>(
  path: string,
  shape: z.ZodType<T>,
  ...remedy: readonly string[]
): T | undefined {
  const text = readIfThere(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's own message: it quotes the file.
    throw damaged(path, `cut short, or not JSON (${Buffer.byteLength(text)} bytes)`, ...remedy);
  }
  const { success, data, error } = shape.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.length ? `${issue.path.join(".")}: ` : "";
  throw damaged(path, `not what the kit writes there (${where}${issue?.message})`, ...remedy);
}

/** One of the kit's own files that cannot be used as it is. */
export const damaged = (path: string, problem: string, ...remedy: readonly string[]): UserError =>
  new UserError(`${path}: ${problem}`, ...remedy);
