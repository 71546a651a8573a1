import type { Resource } from "./document.ts";
import { containerSpec } from "./services.ts";
import { blocks, isBlock, isKnown } from "./values.ts";

/** A variable of a container. */
export interface Variable {
  readonly name: string;

  /** Undefined if only apply, or the shell of whoever starts it, knows. */
  readonly value: string | undefined;
}

const cache = new WeakMap<Resource, readonly Variable[]>();

/**
 * The variables of a container (`NAME=value` in a list) or of a service (a map).
 *
 * @throws Error if they cannot be read
 */
export function variablesOf(resource: Resource): readonly Variable[] {
  const known = cache.get(resource) ?? read(containerSpec(resource).env ?? []);
  cache.set(resource, known);
  return known;
}

function read(env: unknown): readonly Variable[] {
  if (Array.isArray(env)) return env.map((entry) => variable(String(entry)));
  if (!isBlock(env)) throw new Error("env is neither a list nor a map, so its names are not known");
  return Object.entries(env).map(([name, value]) => variable(`${name}=${String(value ?? "")}`));
}

function variable(entry: string): Variable {
  const [, name = "", value] = /^([^=]*)(?:=(.*))?$/s.exec(entry) ?? [];
  return { name, value: isKnown(value) ? value : undefined };
}

/** One variable by its name; undefined if it is not set. */
export const variableOf = (resource: Resource, name: string): Variable | undefined =>
  variablesOf(resource).findLast((entry) => entry.name === name);

/** Where text stands that a process is started with: `command[2]`, `healthcheck.test[1]`. */
export interface Argument {
  readonly place: string;
  readonly text: string;

  /** The text as a shell splits it, which a text behind `sh -c` is. */
  readonly words: readonly string[];
}

const argumentCache = new WeakMap<Resource, readonly Argument[]>();

/** Everything that ends in a process's arguments, in order. */
export function argumentsOf(resource: Resource): readonly Argument[] {
  const known = argumentCache.get(resource) ?? readArguments(resource);
  argumentCache.set(resource, known);
  return known;
}

function readArguments(resource: Resource): readonly Argument[] {
  const spec = containerSpec(resource);
  const lists = [
    ...["entrypoint", "command", "args"].map((name) => [name, spec[name]] as const),
    ...blocks(spec, "healthcheck").map(({ test }) => ["healthcheck.test", test] as const),
  ];
  return lists.flatMap(([name, value]) => listed(name, value));
}

function listed(name: string, value: unknown): readonly Argument[] {
  if ((value ?? undefined) === undefined) return [];
  if (!Array.isArray(value)) throw new Error(`${name} is not a list, so its words are not known`);
  return value.map((entry, index) => {
    const text = String(entry);
    return { place: `${name}[${index}]`, text, words: shellWords(text) };
  });
}

/** The words of what a container runs, apart from its probe; what stands in one text for a shell is split as well. */
export const commandWords = (resource: Resource): readonly string[] =>
  argumentsOf(resource)
    .filter(({ place }) => !place.startsWith("healthcheck"))
    .flatMap(({ words }) => words);

/** Words as a shell splits them, without their quotes. */
export const shellWords = (text: string): readonly string[] =>
  /[\s"']/.test(text)
    ? (text.match(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g) ?? []).map((word) => word.replace(/["']/g, ""))
    : [text];
