import { asLiteral } from "../../files.ts";
import { isBlock } from "../../values.ts";
import { mapped } from "./tree.ts";

/**
 * The value of a variable; undefined if it has none. Texts are as in Terraform's JSON: `${NAME}` stands for a value
 * that is not known here, and what is plain text has `$${` and `%%{` instead of `${` and `%{`.
 *
 * @param isRequired whether Compose refuses the file if it has no value: `not empty` for `${NAME:?}`, `set` for `${NAME?}`
 */
export type Lookup = (name: string, isRequired?: "set" | "not empty") => string | undefined;

const BRACED = /^([A-Za-z_]\w*)(?:(:?[-?+])([\s\S]*))?$/;

/**
 * Fills variables as Compose does (`$NAME`, `${NAME:-default}`, `$$`). One that has no value here stays `${NAME}`:
 * unknown, as rules understand it, and not the empty text that Compose would put.
 *
 * @throws Error for a dollar that begins nothing, which Compose refuses too
 * @see https://docs.docker.com/reference/compose-file/interpolation/
 */
export function interpolate(text: string, lookup: Lookup): string {
  let filled = "";
  let plain = "";
  let at = 0;
  for (let dollar = text.indexOf("$"); dollar >= 0; dollar = text.indexOf("$", at)) {
    plain += text.slice(at, dollar);
    const { length, value } = substitute(text.slice(dollar), lookup);
    at = dollar + length;
    if (value === undefined) plain += "$";
    else {
      filled += `${asLiteral(plain)}${value}`;
      plain = "";
    }
  }
  return `${filled}${asLiteral(plain + text.slice(at))}`;
}

/** Length and value of what a text begins with: `$NAME`, `${…}`, or `$$`, which has no value and is plain text. */
function substitute(
  text: string,
  lookup: Lookup,
): { readonly length: number; readonly value: string | undefined } {
  if (text.startsWith("$$")) return { length: 2, value: undefined };
  const [whole, plain] = /^\$([A-Za-z_]\w*)/.exec(text) ?? [];
  if (whole !== undefined && plain !== undefined)
    return { length: whole.length, value: lookup(plain) ?? `\${${plain}}` };
  // A dollar before anything else is one.
  if (!text.startsWith("${")) return { length: 1, value: undefined };
  const end = closing(text);
  const [, name, operator = "", word = ""] = BRACED.exec(text.slice(2, end)) ?? [];
  if (end < 0 || name === undefined)
    throw new Error(`${text.slice(0, 20)} is no variable; write $$ for a dollar`);
  return { length: end + 1, value: chosen(name, operator, word, lookup) };
}

/** Where the brace of `${` closes, other braces inside it counted; -1 if it does not. */
function closing(text: string): number {
  let open = 0;
  for (let at = 1; at < text.length; at += 1) {
    if (text[at] === "{") open += 1;
    if (text[at] === "}") open -= 1;
    if (open === 0) return at;
  }
  return -1;
}

function chosen(name: string, operator: string, word: string, lookup: Lookup): string {
  const value = lookup(name, operator.endsWith("?") ? (operator === "?" ? "set" : "not empty") : undefined);
  const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
  if (operator.endsWith("+")) return isSet ? interpolate(word, lookup) : "";
  if (operator.endsWith("-")) return isSet ? value : interpolate(word, lookup);
  return isSet ? value : `\${${name}}`;
}

/** Fills variables in every text of a parsed file, keys excepted, as Compose does. */
export function interpolateAll(value: unknown, lookup: Lookup): unknown {
  if (typeof value === "string") return interpolate(value, lookup);
  if (Array.isArray(value)) return value.map((entry) => interpolateAll(entry, lookup));
  return isBlock(value) ? mapped(value, (inner) => interpolateAll(inner, lookup)) : value;
}
