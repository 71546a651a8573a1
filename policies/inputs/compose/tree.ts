import { isBlock } from "../../values.ts";

/** Where a value stands: names of keys, and `[]` for an entry of a list. */
export type Path = readonly string[];

/** Rules by the place that they are for, such as `services.*.ports`; `*` stands for any one name. */
export type Rules<Rule> = readonly (readonly [pattern: string, rule: Rule])[];

/** The rule for a place; undefined if there is none. */
export function ruleAt<Rule>(rules: Rules<Rule>, path: Path): Rule | undefined {
  return rules.find(([pattern]) => isAt(pattern.split("."), path))?.[1];
}

export const isAt = (pattern: Path, path: Path): boolean =>
  pattern.length === path.length && pattern.every((part, at) => part === "*" || part === path[at]);

/** Does to every value for which there is a rule what the rule says; what lies below such a value is the rule's to change. */
export function transformed(
  value: unknown,
  rules: Rules<(value: unknown) => unknown>,
  path: Path = [],
): unknown {
  const rule = ruleAt(rules, path);
  if (rule !== undefined) return rule(value);
  if (Array.isArray(value)) return value.map((entry) => transformed(entry, rules, [...path, "[]"]));
  return isBlock(value) ? mapped(value, (inner, key) => transformed(inner, rules, [...path, key])) : value;
}

/** The mapping with every value made again. */
export const mapped = (
  value: Readonly<Record<string, unknown>>,
  change: (inner: unknown, key: string) => unknown,
): Record<string, unknown> =>
  Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, change(inner, key)]));

/** Without the values that stand at one of the places. */
export function without(value: unknown, places: readonly Path[], path: Path = []): unknown {
  if (places.length === 0) return value;
  if (Array.isArray(value)) return value.map((entry) => without(entry, places, [...path, "[]"]));
  if (!isBlock(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !places.some((place) => isSame(place, [...path, key])))
      .map(([key, inner]) => [key, without(inner, places, [...path, key])]),
  );
}

const isSame = (one: Path, other: Path) =>
  one.length === other.length && one.every((part, at) => part === other[at]);
