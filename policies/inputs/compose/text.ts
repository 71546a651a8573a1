import { readFileSync } from "node:fs";
import { UserError } from "../../../core/errors.ts";
import { fileProblem } from "../../../core/file-problem.ts";

/** @throws UserError if it cannot be read */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(`${path}: cannot be read (${fileProblem(error)})`, "check the path and its mode");
  }
}
