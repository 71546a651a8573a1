import { isBlock } from "../../values.ts";
import { isFlat, isScalar, mapping } from "./canonical.ts";
import { sequence } from "./merge.ts";
import { wordsOf } from "./words.ts";

/** The shapes of values at a place of a compose file. */
export type Shape =
  | {
      readonly is: "value";
      /** In words, for errors. */
      readonly called: string;
      /** The value as Compose understands it; undefined for one that it does not. */
      readonly read: (value: unknown) => unknown;
    }
  | { readonly is: "list"; readonly entry: Shape }
  /** A mapping from names that people choose. */
  | { readonly is: "names"; readonly entry: Shape }
  | {
      readonly is: "block";
      readonly keys: Readonly<Record<string, Shape>>;
      /** Keys that have no say in any rule. */
      readonly silent: ReadonlySet<string>;
    };

const value = (called: string, read: (value: unknown) => unknown): Shape => ({ is: "value", called, read });

export const text = value("a text", (given) => (isScalar(given) ? String(given) : undefined));

const asNumber = (given: unknown): number | undefined => {
  const read = typeof given === "string" && given.trim() !== "" ? Number(given) : given;
  return typeof read === "number" && !Number.isNaN(read) ? read : undefined;
};

export const number = value("a number", asNumber);

/** One limit, or a soft and a hard one; the latter two are what is read. */
export const ulimit = value("a number, or soft and hard", (given) => {
  if (!isBlock(given)) return asNumber(given);
  const { soft, hard, ...more } = given;
  const limits = { soft: asNumber(soft), hard: asNumber(hard) };
  return Object.keys(more).length > 0 || Object.values(limits).includes(undefined) ? undefined : limits;
});

const SWITCH: Readonly<Record<string, boolean>> = {
  true: true,
  y: true,
  yes: true,
  on: true,
  false: false,
  n: false,
  no: false,
  off: false,
};

export const boolean = value("true or false", (given) => SWITCH[String(given).toLowerCase()]);

/** `64m`, or bytes; `1m30s`. Their readers of `units.ts` say what they are worth. */
export const size = text;
export const duration = text;

/** A number or words for one: `all` devices, a range of ports. */
export const numberOrText = value("a number or a text", (given) =>
  isScalar(given) ? (asNumber(given) ?? String(given)) : undefined,
);

/** How many devices: every one is -1. */
export const count = value("a number, or all", (given) =>
  String(given).toLowerCase() === "all" ? -1 : asNumber(given),
);

/** `KEY=value` in a list, or a mapping. */
export const texts = value("a mapping, or a list of KEY=value", (given) =>
  isFlat(given) ? mapping(given) : undefined,
);

/** The same, where a key without a value has an empty one. */
export const labels = value("a mapping, or a list of KEY=value", (given) =>
  isFlat(given)
    ? Object.fromEntries(Object.entries(mapping(given)).map(([key, inner]) => [key, inner ?? ""]))
    : undefined,
);

const argv = (given: unknown) =>
  typeof given === "string"
    ? wordsOf(given)
    : Array.isArray(given) && isFlat(given)
      ? given.map(String)
      : undefined;

export const command = value("a text, or a list of words", argv);

export const test = value("a text, or a list of words", (given) =>
  typeof given === "string" ? ["CMD-SHELL", given] : argv(given),
);

/** `host=address`, one for each address. */
export const hosts = value("a mapping, or a list of host=address", (given) =>
  isBlock(given) || Array.isArray(given)
    ? sequence(given)
        .map((entry) => host(String(entry)))
        .sort()
    : undefined,
);

function host(entry: string): string {
  const [, name, address = ""] = /^([^:=]*)[:=](.*)$/.exec(entry) ?? [];
  return name === undefined ? entry : `${name}=${address.replace(/^\[(.*)\]$/, "$1")}`;
}

export const list = (entry: Shape): Shape => ({ is: "list", entry });
export const names = (entry: Shape): Shape => ({ is: "names", entry });
export const words = list(text);

/**
 * A mapping with keys of its own.
 *
 * @param read keys that rules have to know
 * @param silent keys that have no say in any rule
 */
export const block = (
  read: Readonly<Record<string, Shape>>,
  silent: Readonly<Record<string, Shape>> = {},
): Shape => ({
  is: "block",
  keys: { ...read, ...silent },
  silent: new Set(Object.keys(silent)),
});
