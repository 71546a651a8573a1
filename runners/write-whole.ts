import { replaceFile } from "../core/private-files.ts";

/** Writes what the kit remembers as JSON that its owner may read and edit: whole, or not at all. */
export function writeWholeJson(path: string, value: unknown): void {
  replaceFile(path, `${JSON.stringify(value, undefined, 2)}\n`, 0o600);
}
