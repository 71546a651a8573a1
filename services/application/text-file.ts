import { resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";
import { projectRoot } from "../../core/home.ts";
import { readPlainFile, statSync } from "../../core/inputs.ts";

/** It stands in the JSON and in Terraform's state, and goes over the Docker API as a whole. */
const MOST_KIB = 512;

/**
 * The text of a file that a deployment hands to a program.
 *
 * @param path relative to the project's root
 * @param place the setting that names it
 * @throws UserError if it cannot be read, is no text, or is too large
 */
export function readTextFile(path: string, place: string): string {
  const refuse = (reason: string, remedy: string) =>
    new UserError(`${place}: ${JSON.stringify(path)}: ${reason}`, remedy);
  const file = resolve(projectRoot, path);
  try {
    const { size } = statSync(file);
    if (size > MOST_KIB * 1024)
      throw refuse(
        `${Math.ceil(size / 1024)} KiB; allowed: ${MOST_KIB} KiB`,
        "put it into the image instead",
      );
    // As it is: a mark of the byte order at its beginning is a part of it.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(readPlainFile(file));
  } catch (error) {
    if (error instanceof UserError) throw error;
    if (error instanceof TypeError) throw refuse("no text in UTF-8", "put it into the image instead");
    throw refuse(fileProblem(error), "name a file, relative to the site file");
  }
}
