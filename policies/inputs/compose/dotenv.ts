import { statSync } from "node:fs";
import { UserError } from "../../../core/errors.ts";
import { asLiteral } from "../../files.ts";
import { interpolate, type Lookup } from "./interpolation.ts";
import { textOf } from "./text.ts";

/** Variables by name, in the texts that `Lookup` describes. */
export type Variables = ReadonlyMap<string, string>;

/** Those of a `.env` file that is there by itself; none if there is no such file. A folder of that name is none. */
export const dotEnv = (path: string, outer: Variables): Variables =>
  statSync(path, { throwIfNoEntry: false })?.isFile() ? envFile(path, (name) => outer.get(name)) : new Map();

/** Variables of several files, each over those before it. */
export function envFilesTogether(paths: readonly string[], outer: Variables): Variables {
  const found = new Map<string, string>();
  for (const path of paths)
    for (const [name, value] of envFile(path, (name) => outer.get(name) ?? found.get(name)))
      found.set(name, value);
  return found;
}

/**
 * The variables of a file, values expanded as Compose expands them.
 *
 * @param lookup what counts before the variables of the file itself
 * @throws UserError if it cannot be read
 */
export function envFile(path: string, lookup: Lookup): Variables {
  const found = new Map<string, string>();
  const known: Lookup = (name) => lookup(name) ?? found.get(name);
  let rest = textOf(path).replace(/^\uFEFF/, "");
  const total = rest;
  try {
    for (rest = skipped(rest); rest !== ""; rest = skipped(rest)) rest = statement(rest, found, known);
  } catch (error) {
    const line = total.slice(0, total.length - rest.length).split("\n").length;
    throw new UserError(`${path}: line ${line}: ${(error as Error).message}`, "write NAME=value");
  }
  return found;
}

/** Each line as it stands (`format: raw`): no quotes, no variables. */
export function rawEnvFile(path: string, lookup: Lookup): Variables {
  const lines = textOf(path)
    .split(/\r?\n/)
    .map((line) => line.trimStart())
    .filter((line) => line !== "" && !line.startsWith("#"));
  const found = new Map<string, string>();
  for (const line of lines) {
    const at = line.indexOf("=");
    const value = at < 0 ? lookup(line) : asLiteral(line.slice(at + 1));
    if (value !== undefined) found.set(at < 0 ? line : line.slice(0, at), value);
  }
  return found;
}

/** Without the blanks and comments at its beginning. */
const skipped = (text: string): string => text.replace(/^(?:\s+|#[^\n]*(?:\n|$))+/, "");

const NAME = /^(?:export[ \t]+)?([\p{L}\p{N}_.\-[\]]+)[ \t\r]*([=:]|\n|$)[ \t\r]*/u;

/** Reads one variable; gives the text behind it. */
function statement(text: string, found: Map<string, string>, known: Lookup): string {
  const [whole, name = "", sign] = NAME.exec(text) ?? [];
  if (whole === undefined) throw new Error(`${text.split("\n")[0]?.slice(0, 20)}: is no variable`);
  const behind = text.slice(whole.length);
  if (sign !== "=" && sign !== ":") {
    const value = known(name);
    if (value !== undefined) found.set(name, value);
    return behind;
  }
  const [value, rest] = /^["']/.test(behind) ? quoted(behind, known) : unquoted(behind, known);
  found.set(name, value);
  return rest;
}

/** Up to the end of the line, or a comment. */
function unquoted(text: string, known: Lookup): readonly [value: string, rest: string] {
  const [line = ""] = text.split("\n", 1);
  const value = line.split(" #", 1)[0]?.trimEnd() ?? "";
  return [interpolate(value, known), text.slice(line.length + 1)];
}

const QUOTED = /^(["'])((?:\\[\s\S]|(?!\1)[\s\S])*)\1/;

function quoted(text: string, known: Lookup): readonly [value: string, rest: string] {
  const [whole, quote, inner = ""] = QUOTED.exec(text) ?? [];
  if (whole === undefined) throw new Error("a quote is not closed");
  const value = inner.replaceAll(`\\${quote}`, () => quote as string);
  return [
    quote === "'" ? (asLiteral(value) ?? "") : interpolate(value.replace(ESCAPE, escaped), known),
    text.slice(whole.length),
  ];
}

const ESCAPE = /\\(?:[abcfnrtv$"\\]|0[0-7]{0,3})/g;
const CHARACTER: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  $: "$$",
  '"': '"',
  "\\": "\\",
};

function escaped(sequence: string): string {
  const sign = sequence[1] as string;
  if (sign !== "0") return CHARACTER[sign] ?? sequence;
  return sequence.length === 5 ? String.fromCharCode(Number.parseInt(sequence.slice(2), 8)) : sequence;
}
