import type { z } from "zod";
import { isConfidential, withoutUserInfo } from "./confidential.ts";
import { UserError } from "./errors.ts";
import { closest } from "./template.ts";

/** One thing that is wrong in a configuration, ready to be printed. */
export interface Problem {
  /** Where, for example `listeners.mqtt.port`. */
  readonly path: string;

  /** Where the text to change stands, if that is not `path`: a key that may not be called so. */
  readonly place?: string;

  /** The value found; undefined when something is missing. */
  readonly got: unknown;

  readonly allowed: string;

  /** The remedy, as an imperative. */
  readonly fix: string;
}

type Issue = z.core.$ZodIssue;

/** Knowledge of the configuration beyond one issue: the values that a schema takes, and those that people mean. */
export interface Advice {
  keysAt(path: string): readonly string[];

  /** The remedy for a key that is not known there. */
  onKey(path: string, key: string): string;

  /** The value at a path as it is right, or what to do about it; undefined if nobody can tell. */
  onValue(path: readonly PropertyKey[]): { readonly right: unknown } | { readonly fix: string } | undefined;
}

/** Turns zod's issues into problems; one issue may hold several (unknown keys). */
export function problemsOf(issues: readonly Issue[], advice: Advice): Problem[] {
  return issues.map(plain).flatMap((issue): Problem[] => {
    const whole = issue.path.join(".");
    if (issue.code === "unrecognized_keys") return unknownKeys(issue, whole, advice);
    if (issue.code !== "invalid_key")
      return [{ path: whole, got: issue.input, allowed: describe(issue), fix: remedy(issue, advice) }];
    // A bad key of a mapping is a problem of the mapping: zod puts the key into the path and into the input.
    const path = issue.path.slice(0, -1).join(".");
    return [{ path, place: whole, got: issue.input, allowed: describe(issue), fix: "rename it" }];
  });
}

/** A mapping whose kind is not known, as what it is: a wrong value of the key that says the kind. */
function plain(issue: Issue): Issue {
  if (issue.code !== "invalid_union" || issue.discriminator === undefined) return issue;
  const input = (issue.input as Readonly<Record<string, unknown>>)[issue.discriminator];
  const values = "options" in issue ? (issue.options ?? []) : [];
  return { code: "invalid_value", values: [...values], input, path: issue.path, message: issue.message };
}

function unknownKeys(
  { keys, input }: Extract<Issue, { code: "unrecognized_keys" }>,
  path: string,
  { keysAt, onKey }: Advice,
): Problem[] {
  return keys.map((key) => ({
    path: path === "" ? key : `${path}.${key}`,
    got: (input as Record<string, unknown>)[key],
    allowed: `the keys ${keysAt(path).join(", ")}`,
    fix: onKey(path, key),
  }));
}

const TYPE: Readonly<Record<string, string>> = {
  int: "a whole number",
  record: "a mapping",
  object: "a mapping",
  array: "a list",
  boolean: "true or false",
};

function describe(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      // The schema's own words, where it has some; zod's would be "Invalid input: expected …".
      return issue.message.startsWith("Invalid input")
        ? (TYPE[issue.expected] ?? `a ${issue.expected}`)
        : issue.message;
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      return sized(issue.origin, issue.minimum, "least") ?? `${issue.minimum} or more`;
    case "too_big":
      return sized(issue.origin, issue.maximum, "most") ?? `${issue.maximum} or less`;
    case "not_multiple_of":
      return `a multiple of ${issue.divisor}`;
    case "invalid_key":
      return issue.issues[0]?.message ?? issue.message;
    default:
      return issue.message;
  }
}

function sized(origin: string, size: number | bigint, bound: "least" | "most"): string | undefined {
  if (origin === "array") return `a list of at ${bound} ${size}`;
  return origin === "string" ? `at ${bound} ${size} character${size === 1 ? "" : "s"}` : undefined;
}

function remedy(issue: Issue, { keysAt, onValue }: Advice): string {
  const { code, input, path } = issue;
  if (input === undefined) return "add it";
  if (code === "invalid_value") return nearest(String(input), issue.values.map(String)) ?? "change it";
  // What YAML makes of a key whose settings are all commented out.
  if (input === null) return "remove the key, or write something after it";
  const found = onValue(path);
  if (found === undefined) return otherwise(issue, keysAt(path.join(".")));
  if ("fix" in found) return found.fix;
  const { right } = found;
  if (typeof input === "string" && typeof right === "number" && String(right) === input)
    return "remove the quotes";
  if (typeof right === "string" && typeof input !== "object" && String(input) === right)
    return "put it in quotes";
  return `write ${cut(flow(redacted(path.join("."), right)))}`;
}

/** The remedy where no one right value is known. */
function otherwise(issue: Issue, keys: readonly string[]): string {
  const expected = issue.code === "invalid_type" ? issue.expected : undefined;
  if (expected === "object" && keys.length > 0)
    return `write a mapping with one of the keys ${keys.join(", ")}`;
  if (expected === "record") return "write a mapping: { NAME: … }";
  return expected === "array" ? "write a list: [ … ]" : "change it";
}

/** "did you mean" for a word that is nearly a known one, or the beginning of one alone. */
function nearest(word: string, known: readonly string[]): string | undefined {
  const begun = word.length < 3 ? [] : known.filter((name) => name.startsWith(word.toLowerCase()));
  const best = closest(word, known) ?? (begun.length === 1 ? begun[0] : undefined);
  return best === undefined ? undefined : `did you mean ${best}?`;
}

/**
 * All problems of one configuration as one error.
 *
 * @param lineOf the line of a path in the file that `origin` names. @default - it has no lines
 */
export function configError(
  origin: string,
  problems: readonly Problem[],
  lineOf?: (path: string) => number,
): UserError {
  const lines = problems.map(({ path, place = path, got, allowed, fix }) => {
    const where = lineOf === undefined ? "" : `${origin}:${lineOf(place)}: `;
    return `  ${where}${path || "(top)"}: got ${shown(path, got)}; allowed: ${allowed}; fix: ${fix}`;
  });
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new UserError([`${origin}: ${count}`, ...lines].join("\n"));
}

/** Below `secrets` only the way of delivery may be shown. */
const SECRET_PATH = /\.secrets\.(?!.*\.as$)/;

/** `{postgres.password}`, `${DB_PASSWORD}` and the like only name a secret. */
const REFERENCE = /^\$?\{[\w\s./-]*\}$|^\$[A-Z_][A-Z0-9_]+$/;

function shown(path: string, value: unknown): string {
  if (value === undefined) return "nothing";
  return cut(JSON.stringify(redacted(path, value)) ?? String(value));
}

/** Longer texts hide the rest of the line. */
const cut = (text: string): string => (text.length > 80 ? `${text.slice(0, 77)}...` : text);

/** A value with all in it that may be a secret blanked out. */
function redacted(path: string, value: unknown): unknown {
  const key = path.slice(path.lastIndexOf(".") + 1);
  const redact = (name: string, inner: unknown) =>
    (SECRET_PATH.test(path) || isConfidential(name || key)) && isReadable(inner) ? "[redacted]" : inner;
  const text = JSON.stringify(value, redact);
  return text === undefined ? undefined : JSON.parse(withoutUserInfo(text));
}

/** A value on one line of YAML. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const inner = Object.entries(value).map(([key, item]) => `${key}: ${flow(item)}`);
    return inner.length === 0 ? "{}" : `{ ${inner.join(", ")} }`;
  }
  // A text that begins with a letter or a slash, and is no other word of YAML, needs no quotes.
  const isPlain = typeof value === "string" && /^[A-Za-z/][\w./@-]*$/.test(value) && !OTHER_WORD.test(value);
  return isPlain ? value : JSON.stringify(value);
}

const OTHER_WORD = /^(true|false|null)$/i;

/** Whether a value could be a secret itself: a text or a number that is no reference. */
const isReadable = (value: unknown) =>
  typeof value === "number" || (typeof value === "string" && !REFERENCE.test(value));
