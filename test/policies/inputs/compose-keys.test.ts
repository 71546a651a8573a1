import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { PROJECT } from "../../../policies/inputs/compose/keys.ts";
import { readCompose } from "../../../policies/inputs/compose/read.ts";
import type { Shape } from "../../../policies/inputs/compose/shape.ts";
import { type Block, isBlock } from "../../../policies/values.ts";
import { EVERY_KEY, EVERY_KEY_FILES } from "../../support/compose-corpus.ts";
import { write } from "../../support/temporary-folder.ts";

/**
 * The keys of the specification by their places: names alone, taken from compose-spec/compose-go v2.10.1,
 * schema/compose-spec.json (Apache-2.0).
 */
const SPECIFIED = readFileSync(join(import.meta.dirname, "compose-keys.txt"), "utf8")
  .trimEnd()
  .split("\n");

/** The shape at a place of the specification; undefined if the reader has no such key. */
function shapeAt(place: string): Shape | undefined {
  return place.split(".").reduce((shape: Shape | undefined, part) => {
    if (shape === undefined || shape.is === "value") return shape;
    if (shape.is === "block") return shape.keys[part];
    return shape.entry;
  }, PROJECT);
}

describe("every key of the specification", () => {
  test("is known", () => {
    expect(SPECIFIED.length).toBeGreaterThan(300);
    expect(SPECIFIED.filter((place) => shapeAt(place) === undefined)).toEqual([]);
  });

  test("is known to nobody under another name", () => {
    expect(["services.*.privilegedd", "services.*.build.dockerFile", "volume"].map(shapeAt)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

type Place = readonly (string | number)[];

interface Key {
  readonly place: Place;
  readonly silent: boolean;
}

/** Every key of a document, and whether the reader says that it has no say in any rule. */
function keysIn(value: unknown, shape: Shape, place: Place = []): readonly Key[] {
  if (shape.is === "list" && Array.isArray(value))
    return value.flatMap((entry, at) => keysIn(entry, shape.entry, [...place, at]));
  if (shape.is === "names" && isBlock(value))
    return Object.entries(value).flatMap(([key, inner]) => keysIn(inner, shape.entry, [...place, key]));
  if (shape.is !== "block" || !isBlock(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const silent = shape.silent.has(key);
    const below = keysIn(inner, shape.keys[key] as Shape, [...place, key]);
    return [{ place: [...place, key], silent }, ...(silent ? [] : below)];
  });
}

function without(value: unknown, [key, ...rest]: Place): unknown {
  if (Array.isArray(value))
    return value.map((entry, at) => (at === key && rest.length > 0 ? without(entry, rest) : entry));
  const { [String(key)]: inner, ...others } = value as Block;
  return rest.length === 0 ? others : { ...others, [String(key)]: without(inner, rest) };
}

/** Keys that say the same: each has its say where the other is not. */
const DEPLOYED = ["mem_limit", "pids_limit", "cpus", "restart"].map((key) => ["services", "web", key]);
const TWINS: readonly (readonly Place[])[] = [[], DEPLOYED, [["services", "web", "deploy"]]];

/** Keys that are asked only of a file that is not there, or of things that are made elsewhere: see compose.test.ts. */
const ELSEWHERE = ["services.web.env_file.0.required", "configs.site.name", "secrets.token.name"];

describe("a key of a document", () => {
  // One for all, since the keys are read before any test begins.
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(EVERY_KEY_FILES)) write(folder, path, text);
  const document = parse(EVERY_KEY);
  const read = (value: unknown) => {
    const { stack } = readCompose(
      [{ file: write(folder, "compose.yaml", JSON.stringify(value)) }],
      folder,
      {},
    );
    const { resources, files, notUnderstood } = stack;
    return JSON.stringify({ resources, files, notUnderstood });
  };
  const whole = read(document);
  const keys = keysIn(document, PROJECT).map(
    ({ place, silent }) => [place.join("."), place, silent] as const,
  );

  test.each(keys.filter(([, , silent]) => !silent))("has a say: %s", (name, place) => {
    const changed = TWINS.filter((twins) => {
      const base = twins.reduce(without, document);
      return (
        !twins.some((twin) => twin.join() === place.slice(0, twin.length).join()) &&
        read(without(base, place)) !== read(base)
      );
    });

    expect(changed.length > 0).toBe(!ELSEWHERE.includes(name));
  });

  test.each(keys.filter(([, , silent]) => silent))("has none, and is said to have none: %s", (_, place) => {
    expect(read(without(document, place))).toBe(whole);
  });
});
