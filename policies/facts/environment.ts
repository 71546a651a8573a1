import type { Resource } from "../document.ts";
import { blocks, isBlock, isKnown } from "../values.ts";
import { remembered, rememberedText } from "./remembered.ts";
import { containerSpec } from "./services.ts";

/** A variable of a container. */
export interface Variable {
  readonly name: string;

  /** Undefined if only apply, or the shell of anyone who starts it, knows. */
  readonly value: string | undefined;

  /** As it stands, expressions and all. */
  readonly text: string;
}

/**
 * The variables of a container (`NAME=value` in a list) or of a service (a map).
 *
 * @throws Error if they cannot be read
 */
export const variablesOf = remembered((resource: Resource): readonly Variable[] => {
  const env = containerSpec(resource).env ?? [];
  if (Array.isArray(env)) return env.map((entry) => variable(String(entry)));
  if (!isBlock(env)) throw new Error("env is neither a list nor a map, so its names are not known");
  return Object.entries(env).map(([name, value]) => variable(`${name}=${String(value ?? "")}`));
});

function variable(entry: string): Variable {
  const at = entry.indexOf("=");
  if (at < 0) return { name: entry, value: undefined, text: "" };
  const value = entry.slice(at + 1);
  return { name: entry.slice(0, at), value: isKnown(value) ? value : undefined, text: value };
}

/** One variable by its name; undefined if it is not set. */
export const variableOf = (resource: Resource, name: string): Variable | undefined =>
  variablesByName(resource).get(name);

/** The last value of a name counts. */
const variablesByName = remembered(
  (resource: Resource): ReadonlyMap<string, Variable> =>
    new Map(variablesOf(resource).map((variable) => [variable.name, variable])),
);

/** The value of the first of these variables that is set; undefined if none is, or if only apply knows it. */
export function firstValue(resource: Resource, names: readonly string[]): string | undefined {
  const variables = variablesByName(resource);
  const name = names.find((candidate) => variables.has(candidate));
  return name === undefined ? undefined : variables.get(name)?.value;
}

export const isOn = (value: string | undefined): boolean => /^(1|true|yes|on)$/i.test(value ?? "");
export const isOff = (value: string | undefined): boolean => /^(0|false|no|off)$/i.test(value ?? "");

/** Where text stands that a process is started with: `command[2]`, `healthcheck.test[1]`. */
export interface Argument {
  readonly place: string;
  readonly text: string;
}

/** Everything that ends in a process's arguments, in order. */
export const argumentsOf = remembered((resource: Resource): readonly Argument[] => {
  const spec = containerSpec(resource);
  const found: Argument[] = [];
  for (const name of ["entrypoint", "command", "args"]) list(name, spec[name], found);
  for (const { test } of blocks(spec, "healthcheck")) list("healthcheck.test", test, found);
  return found;
});

function list(name: string, value: unknown, found: Argument[]): void {
  if ((value ?? undefined) === undefined) return;
  if (!Array.isArray(value)) throw new Error(`${name} is not a list, so its words are not known`);
  for (const [index, entry] of value.entries())
    found.push({ place: `${name}[${index}]`, text: String(entry) });
}

/** The words of what a container runs, apart from its probe; what stands in one text for a shell is split as well. */
export const commandOf = remembered((resource: Resource): readonly string[] =>
  // Scripts have many words: lists are joined as wholes.
  ([] as string[]).concat(
    ...argumentsOf(resource)
      .filter(({ place }) => !place.startsWith("healthcheck"))
      .map(({ text }) => shellWords(text)),
  ),
);

/** The value of an option, given as `--name value` or `--name=value`; undefined if it is not given. */
export function optionOf(words: readonly string[], name: string): string | undefined {
  const at = words.findLastIndex((word) => word === name || word.startsWith(`${name}=`));
  const word = words[at];
  if (word === undefined) return undefined;
  return word === name ? (words[at + 1] ?? "") : word.slice(name.length + 1);
}

/** Words as a shell splits them, without their quotes: of a text behind `sh -c`, or of any other argument. */
export const shellWords = rememberedText((text): readonly string[] =>
  /[\s"']/.test(text) ? (text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map(withoutQuotes) : [text],
);

const withoutQuotes = (word: string) => (/["']/.test(word) ? word.replace(/["']/g, "") : word);
