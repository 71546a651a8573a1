import { basename } from "node:path";
import type { Resource } from "./document.ts";

/** The text of a file, or an error that says that it is not here, which is a finding. */
export function textOf({ block }: Resource): string {
  const { text, file } = block;
  if (typeof text !== "string") throw new Error(`${basename(String(file))}: its text is not known here`);
  return text;
}

const parsed = new WeakMap<Resource, { readonly parse: unknown; readonly result: unknown }>();

/** Parses a file once for all rules. */
export function parseOnce<Result>(file: Resource, parse: (text: string, name: string) => Result): Result {
  const known = parsed.get(file);
  if (known?.parse === parse) return known.result as Result;
  const result = parse(textOf(file), basename(String(file.block.file)));
  parsed.set(file, { parse, result });
  return result;
}
