import type { Resource } from "./document.ts";
import { commandWords, variableOf } from "./environment.ts";

/** The value of the first of these variables that is set; undefined if none is, or if only apply knows it. */
export const firstValue = (resource: Resource, names: readonly string[]): string | undefined =>
  names.map((name) => variableOf(resource, name)).find((variable) => variable !== undefined)?.value;

const commands = new WeakMap<Resource, readonly string[]>();

/** What a container runs, word by word; taken apart once for all rules. */
export function commandOf(resource: Resource): readonly string[] {
  const known = commands.get(resource) ?? commandWords(resource);
  commands.set(resource, known);
  return known;
}

/** The value of an option, given as `--name value` or `--name=value`; undefined if it is not given. */
export function optionOf(words: readonly string[], name: string): string | undefined {
  const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  const word = words[at];
  if (word === undefined) return undefined;
  return word === name ? (words[at + 1] ?? "") : word.slice(name.length + 1);
}

export const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value ?? "");
export const isOff = (value: string | undefined): boolean => /^(0|false|no|off)$/i.test(value ?? "");
