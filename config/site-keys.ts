import { closest } from "../core/template.ts";
import { inOwnWords, plainWord } from "./other-words.ts";
import { siteJsonSchema } from "./schema.ts";

/** The parts of a JSON Schema that the schema of a site file is made of. */
export interface SchemaNode {
  readonly description?: string;
  readonly default?: unknown;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  readonly items?: SchemaNode;
  readonly additionalProperties?: SchemaNode | boolean;
  readonly anyOf?: readonly SchemaNode[];
  readonly oneOf?: readonly SchemaNode[];
}

/** One node, or each of those that may stand in its place. */
export const variantsOf = (node: SchemaNode): readonly SchemaNode[] =>
  (node.anyOf ?? node.oneOf ?? [node]).flatMap((variant) =>
    variant === node ? [node] : variantsOf(variant),
  );

/** Keys that are allowed at a path, read from the JSON Schema: one list, no second copy to keep. */
export const keysAt = (path: string): readonly string[] => [
  ...new Set(nodesAt(path).flatMap(({ properties }) => Object.keys(properties ?? {}))),
];

/** The least number that is allowed at a path. */
export const leastAt = (path: string): number =>
  Math.max(0, ...nodesAt(path).flatMap(({ minimum }) => minimum ?? []));

function nodesAt(path: string): readonly SchemaNode[] {
  const steps = path === "" ? [] : path.split(".");
  return steps.reduce<readonly SchemaNode[]>(
    (nodes, step) => nodes.flatMap((node) => next(node, step)),
    variantsOf(siteJsonSchema()),
  );
}

function next({ properties, items, additionalProperties }: SchemaNode, step: string): readonly SchemaNode[] {
  const found = properties?.[step] ?? items ?? additionalProperties;
  return typeof found === "object" ? variantsOf(found) : [];
}

/** A step that stands for any item of a list, or for any name that people choose. */
const ANY = { item: "[]", name: "NAME" } as const;

/** The nodes below a node, by the step that leads there. */
export function stepsIn({ properties, items, additionalProperties }: SchemaNode): [string, SchemaNode][] {
  return [
    ...Object.entries(properties ?? {}),
    ...(items === undefined ? [] : [[ANY.item, items] as [string, SchemaNode]]),
    ...(typeof additionalProperties === "object"
      ? [[ANY.name, additionalProperties] as [string, SchemaNode]]
      : []),
  ];
}

/** Every path of the schema that ends in a key, as steps. */
const everyPath = (node: SchemaNode, before: readonly string[] = []): readonly (readonly string[])[] =>
  variantsOf(node).flatMap((variant) =>
    stepsIn(variant).flatMap(([step, inner]) => [
      ...(isAny(step) ? [] : [[...before, step]]),
      ...everyPath(inner, [...before, step]),
    ]),
  );

/**
 * The remedy for a key that is not known at its place: how a site file says what other tools call so, the nearest key
 * there, or the nearest anywhere else.
 */
export function adviceOnKey(path: string, key: string): string {
  const own = inOwnWords(path, key);
  if (own !== undefined) return own;
  const here = nearestKey(key, keysAt(path));
  if (here !== undefined) return `did you mean ${here}?`;
  const elsewhere = placesOf(key, path);
  return elsewhere.length === 0 ? "remove it" : `did you mean ${elsewhere.join(" or ")}?`;
}

/** The known key that differs by a letter or two, by its way of writing (`mem_limit`), or by a missing end. */
function nearestKey(key: string, known: readonly string[]): string | undefined {
  const plain = plainWord(key);
  const same = known.find((name) => plainWord(name) === plain);
  const begun = plain.length < SHORT ? [] : known.filter((name) => plainWord(name).startsWith(plain));
  return same ?? closest(plain, known) ?? (begun.length === 1 ? begun[0] : undefined);
}

/** Below it, a beginning says too little. */
const SHORT = 4;

/** More of them are told by the first alone. */
const MOST_PLACES = 3;

/** Where else the schema has such a key: the places that share most of their way with the path. */
function placesOf(key: string, path: string): readonly string[] {
  const every = everyPath(siteJsonSchema());
  const keys = [...new Set(every.map((steps) => steps.at(-1) as string))];
  // A short word is near to too many.
  const name =
    key.length <= SHORT ? keys.find((known) => plainWord(known) === plainWord(key)) : nearestKey(key, keys);
  const from = path === "" ? [] : path.split(".");
  const found = every
    .filter((steps) => steps.at(-1) === name)
    .map((steps) => ({ steps, shared: sharedSteps(steps, from) }));
  const most = Math.max(...found.map(({ shared }) => shared));
  const near = found.filter(({ shared }) => shared === most);
  const least = Math.min(...near.map(({ steps }) => steps.length));
  const places = [
    ...new Set(
      near
        .filter(({ steps }) => steps.length === least)
        .map(({ steps, shared }) => written(steps, from, shared)),
    ),
  ];
  return places.length > MOST_PLACES ? [`${places[0]} or the like`] : places;
}

/** Whether a step stands for any item or any name. */
export const isAny = (step: string): boolean => step === ANY.item || step === ANY.name;

function sharedSteps(steps: readonly string[], from: readonly string[]): number {
  const end = steps.findIndex((step, index) => step !== from[index] && !(isAny(step) && index < from.length));
  return end === -1 ? steps.length : end;
}

/** As people write a place: with the names and numbers of their own path, as far as it is the same. */
const written = (steps: readonly string[], from: readonly string[], shared: number): string =>
  steps
    .map((step, index) => (index < shared ? (from[index] ?? step) : step))
    .join(".")
    .replaceAll(".[]", "[]");
