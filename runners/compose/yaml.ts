import { stringify } from "yaml";

/**
 * A part of a compose file. Quoted as YAML 1.1 needs it: some readers take a bare `no` for false and 0:0 for a number.
 */
export const composeYaml = (section: object): string =>
  stringify(escaped(section), { lineWidth: 0, aliasDuplicateObjects: false, version: "1.1" });

/** Without the fields that say nothing. */
export function defined(section: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(section).filter(
      ([, value]) =>
        value !== undefined &&
        !(typeof value === "object" && value !== null && Object.keys(value).length === 0),
    ),
  );
}

/** Compose substitutes `$NAME` in every text; `$$` stands for one dollar sign. */
function escaped(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escaped);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, escaped(inner)]));
}
