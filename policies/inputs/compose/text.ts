import { readFileSync } from "node:fs";
import { UserError } from "../../../core/errors.ts";

/** @throws UserError if it cannot be read */
export function textOf(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new UserError(
      `${path}: cannot be read (${(error as Error).message})`,
      "check the path and its mode",
    );
  }
}
