import type { z } from "zod";
import { inOwnWords } from "./other-words.ts";
import { deploymentSchema } from "./schema.ts";

type Path = readonly PropertyKey[];

/**
 * The nearest right way to write a value of the wrong shape: `frontend: false` as `{ enabled: false }`. Only what the
 * schema takes at that place is ever told.
 *
 * @param input the whole configuration
 * @returns undefined where none of the usual ways is right
 */
export function adviceOnValue(
  input: unknown,
  path: Path,
): { readonly right: unknown } | { readonly fix: string } | undefined {
  const value = at(input, path);
  const right = candidates(value, String(path.at(-1) ?? "")).find((candidate) => {
    const { error } = deploymentSchema.safeParse(replaced(input, path, candidate), { reportInput: true });
    return !(error?.issues ?? []).some((issue) => refuses(issue, path));
  });
  if (right !== undefined) return { right };
  const fix = typeof value === "boolean" ? inOwnWords(path.join("."), "enabled") : undefined;
  return fix === undefined ? undefined : { fix };
}

/**
 * An issue at the place or below it, or of a choice in which it stands and that has no fitting case. A key that is only
 * missing there is told when the shape is right.
 */
function refuses({ path: found, code, input }: z.core.$ZodIssue, path: Path): boolean {
  const isOnTheWay = path.slice(0, found.length).every((step, index) => found[index] === step);
  if (!isOnTheWay) return false;
  if (found.length < path.length) return code === "invalid_union";
  return found.length === path.length || input !== undefined;
}

const at = (value: unknown, path: Path): unknown =>
  path.reduce<unknown>(
    (inner, step) => (typeof inner === "object" && inner !== null ? Reflect.get(inner, step) : undefined),
    value,
  );

function replaced(value: unknown, [step, ...rest]: Path, inner: unknown): unknown {
  if (step === undefined) return inner;
  if (Array.isArray(value))
    return value.map((item, index) => (index === step ? replaced(item, rest, inner) : item));
  const object = value as Readonly<Record<PropertyKey, unknown>>;
  return { ...object, [step]: replaced(object[step], rest, inner) };
}

/** The one key that a plain value is usually meant for. */
const KEYS_OF = {
  boolean: ["enabled"],
  number: ["port", "memoryMiB", "sizeMiB"],
  string: ["image", "context", "value", "text", "path", "name", "source", "backend", "ipv4", "bind", "rule"],
} as const;

/** The ways in which people write a value, the likeliest first. */
function candidates(value: unknown, key: string): readonly unknown[] {
  if (Array.isArray(value)) return ofList(value);
  if (typeof value === "object" && value !== null)
    return ofMapping(value as Readonly<Record<string, unknown>>);
  if (typeof value === "number") return [String(value), ...wrapped(value), `${value}:${value}`, [value]];
  if (typeof value === "boolean") return [String(value), ...wrapped(value)];
  return typeof value === "string" ? ofText(value, key) : [];
}

const wrapped = (value: boolean | number | string): readonly unknown[] =>
  KEYS_OF[typeof value as keyof typeof KEYS_OF].map((key) => ({ [key]: value }));

function ofText(text: string, key: string): readonly unknown[] {
  if (text.trim() === "") return [];
  const words = text.split(/[\s,]+/).filter((word) => word !== "");
  const isNumber = text.trim() !== "" && Number.isFinite(Number(text));
  const truth = TRUTH.get(text.toLowerCase());
  const [, name, folder] = /^([^./][^:]*):(\/[^:]*)(?::r[ow])?$/.exec(text) ?? [];
  const published = /^(?:[\d.]+:)?(\d+):\d+$/.exec(text)?.[1];
  return [
    ...(isNumber ? [Number(text), ...wrapped(Number(text))] : []),
    ...measured(text, key),
    ...(truth === undefined ? [] : [truth, ...wrapped(truth)]),
    ...(published === undefined ? [] : [Number(published), { port: Number(published) }]),
    ...ofAddress(text),
    ...(folder === undefined ? [] : [{ name, path: folder }]),
    ...wrapped(text),
    ...(words.length > 1 ? [words, { command: words }] : []),
    [text],
    ...wrapped(text).map((item) => [item]),
    ...(/path$|prefix$/i.test(key) ? [`/${text}`] : []),
    ...renamed(text, key),
  ];
}

/** A name in the letters that names may have. */
function renamed(text: string, key: string): readonly string[] {
  if (key === "environment")
    return [
      text
        .trim()
        .toUpperCase()
        .replaceAll(/[^A-Z0-9]+/g, "_"),
    ];
  const between = { name: "-", database: "_", user: "_" }[key];
  return between === undefined
    ? []
    : [
        text
          .trim()
          .toLowerCase()
          .replaceAll(/[^a-z0-9]+/g, between),
      ];
}

/** Parts of what is more than was asked for: of a URL, of an address with a port. */
function ofAddress(text: string): readonly string[] {
  const url = /^https?:\S+$/.test(text) ? URL.parse(text) : null;
  const host = /^([^:/]+):\d+$/.exec(text)?.[1];
  return [...(url === null ? [] : [url.origin, url.hostname]), ...(host === undefined ? [] : [host])];
}

/** Texts that other tools, and YAML before 1.2, take for a claim. */
const TRUTH: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "on"].map((word) => [word, true] as const),
  ...["false", "no", "off"].map((word) => [word, false] as const),
]);

/** The size of a unit, in the unit that a key's name ends with. */
const UNITS: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  MiB: { m: 1, mb: 1, mi: 1, mib: 1, g: 1024, gb: 1024, gi: 1024, gib: 1024 },
  Seconds: { s: 1, sec: 1, m: 60, min: 60, h: 3600 },
  Bytes: { b: 1, k: 1024, kb: 1024, kib: 1024, m: 1024 ** 2, mb: 1024 ** 2, mib: 1024 ** 2 },
};

/** A number with its unit behind it: `512m`, `30s`. */
function measured(text: string, key: string): readonly number[] {
  const [, number, unit = ""] = /^([\d.]+)\s*([A-Za-z]+)$/.exec(text) ?? [];
  const units = Object.entries(UNITS).find(([end]) => key.endsWith(end))?.[1];
  const size = units?.[unit.toLowerCase()];
  return size === undefined ? [] : [Number(number) * size];
}

function ofList(list: readonly unknown[]): readonly unknown[] {
  const pairs = list.map((item) => (typeof item === "string" ? /^([^=]+)=(.*)$/.exec(item) : null));
  const named = list.map((item) =>
    typeof item === "object" && item !== null && "name" in item
      ? (item as { readonly name: unknown })
      : undefined,
  );
  return [
    ...(list.length === 1 ? [list[0]] : []),
    ...(pairs.every((pair) => pair !== null) && list.length > 0
      ? [Object.fromEntries(pairs.map((pair) => [pair?.[1], pair?.[2]]))]
      : []),
    ...(named.every((item) => item !== undefined) && list.length > 0
      ? [Object.fromEntries(named.map(({ name, ...item }) => [name, item]))]
      : []),
    ...(list.every((item) => typeof item === "string") ? [list.join(" ")] : []),
  ];
}

const ofMapping = (mapping: Readonly<Record<string, unknown>>): readonly unknown[] => [
  Object.entries(mapping).map(([name, inner]) =>
    typeof inner === "object" ? { name, ...inner } : `${name}=${String(inner)}`,
  ),
  [mapping],
  ...(Object.keys(mapping).length === 1 ? Object.values(mapping) : []),
];
