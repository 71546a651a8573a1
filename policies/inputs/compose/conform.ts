import { closest } from "../../../core/template.ts";
import { type Block, isBlock, isKnown, show } from "../../values.ts";
import type { Shape } from "./shape.ts";
import type { Path } from "./tree.ts";

/** A key or a value that nobody here understands. */
export interface Gap {
  readonly path: Path;
  readonly evidence: string;
}

/**
 * Brings every value into the type that Compose gives it, and tells each key and value that it does not know: nothing
 * is dropped in silence but extension fields (`x-…`), which Compose ignores too.
 */
export function conform(given: unknown, shape: Shape, gaps: Gap[], path: Path = []): unknown {
  switch (shape.is) {
    case "value": {
      const read = shape.read(given);
      if (read !== undefined) return read;
      // A value that is known only where it runs may be of any type.
      return typeof given === "string" && !isKnown(given) ? given : wrong(given, shape.called, path, gaps);
    }
    case "list":
      if (!Array.isArray(given)) return wrong(given, "a list", path, gaps);
      return given
        .map((entry, at) => conform(entry, shape.entry, gaps, [...path, String(at)]))
        .filter((entry) => entry !== undefined);
    case "names":
      if (!isBlock(given)) return wrong(given, "a mapping", path, gaps);
      return entries(given, () => shape.entry, gaps, path);
    case "block":
      if (!isBlock(given)) return wrong(given, "a mapping", path, gaps);
      return entries(known(given, shape.keys, gaps, path), (key) => shape.keys[key] as Shape, gaps, path);
  }
}

function wrong(given: unknown, called: string, path: Path, gaps: Gap[]): undefined {
  gaps.push({ path, evidence: `is ${show(given)}, not ${called}` });
}

function known(given: Block, keys: Readonly<Record<string, Shape>>, gaps: Gap[], path: Path): Block {
  return Object.fromEntries(
    Object.entries(given).filter(([key, inner]) => {
      if (Object.hasOwn(keys, key)) return inner !== null;
      if (!key.startsWith("x-"))
        gaps.push({
          path: [...path, key],
          evidence: `is no key that is known here${meant(key, Object.keys(keys))}`,
        });
      return false;
    }),
  );
}

/** The word that somebody most likely meant; nothing where no name is near. */
export function meant(name: string, known: readonly string[]): string {
  const best = closest(name, known);
  return best === undefined ? "" : `; did you mean ${best}?`;
}

/** Null is a mapping or a text with nothing in it. */
function entries(given: Block, shapeOf: (key: string) => Shape, gaps: Gap[], path: Path): Block {
  return Object.fromEntries(
    Object.entries(given).flatMap(([key, inner]) => {
      const shape = shapeOf(key);
      const empty = shape.is === "block" ? {} : "";
      const value = conform(inner ?? empty, shape, gaps, [...path, key]);
      return value === undefined ? [] : [[key, value] as const];
    }),
  );
}
