import type { z } from "zod";
import { isConfidential, withoutUserInfo } from "./confidential.ts";
import { UserError } from "./errors.ts";
import { closest } from "./template.ts";

/** One thing that is wrong in a configuration, ready to be printed. */
export interface Problem {
  /** Where, for example `listeners.mqtt.port`. */
  readonly path: string;

  /** The value found; undefined when something is missing. */
  readonly got: unknown;

  readonly allowed: string;

  /** What to do about it, as an imperative. */
  readonly fix: string;
}

type Issue = z.core.$ZodIssue;

/** Turns zod's issues into problems; one issue may hold several (unknown keys). */
export function problemsOf(issues: readonly Issue[], keysAt: (path: string) => readonly string[]): Problem[] {
  return issues.flatMap((issue) => {
    // A bad key of a mapping is a problem of the mapping: zod puts the key into the path and into the input.
    const path = (issue.code === "invalid_key" ? issue.path.slice(0, -1) : issue.path).join(".");
    if (issue.code !== "unrecognized_keys")
      return [{ path, got: issue.input, allowed: describe(issue), fix: remedy(issue) }];
    const known = keysAt(path);
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      got: (issue.input as Record<string, unknown>)[key],
      allowed: `the keys ${known.join(", ")}`,
      fix: nearest(key, known) ?? "remove it",
    }));
  });
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

function remedy(issue: Issue): string {
  const { code, input } = issue;
  if (input === undefined) return "add it";
  if (code === "invalid_key") return "rename it";
  if (code === "invalid_value") return nearest(String(input), issue.values.map(String)) ?? "change it";
  if (code !== "invalid_type") return "change it";
  // What YAML makes of a key whose settings are all commented out.
  if (input === null) return "remove the key, or write something after it";
  if (typeof input === "string" && Number.isFinite(Number(input || Number.NaN))) return "remove the quotes";
  const anyText = issue.expected === "string" && issue.message.startsWith("Invalid input");
  return anyText && typeof input !== "object" ? "put it in quotes" : "change it";
}

/** "did you mean" for a key that is nearly a known one. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const best = closest(key, known);
  return best === undefined ? undefined : `did you mean ${best}?`;
}

/** All problems of one configuration as one error. */
export function configError(origin: string, problems: readonly Problem[]): UserError {
  const lines = problems.map(
    ({ path, got, allowed, fix }) =>
      `  ${path || "(top)"}: got ${shown(path, got)}; allowed: ${allowed}; fix: ${fix}`,
  );
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new UserError([`${origin}: ${count}`, ...lines].join("\n"));
}

/** Below `secrets` only the way of delivery may be shown. */
const SECRET_PATH = /\.secrets\.(?!.*\.as$)/;

/** `{postgres.password}`, `${DB_PASSWORD}` and the like only name a secret. */
const REFERENCE = /^\$?\{[\w\s./-]*\}$|^\$[A-Z_][A-Z0-9_]+$/;

function shown(path: string, value: unknown): string {
  if (value === undefined) return "nothing";
  const key = path.slice(path.lastIndexOf(".") + 1);
  const redact = (name: string, inner: unknown) =>
    (SECRET_PATH.test(path) || isConfidential(name || key)) && isReadable(inner) ? "[redacted]" : inner;
  const text = withoutUserInfo(JSON.stringify(value, redact) ?? String(value));
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

/** Whether a value could be a secret itself: a text or a number that is no reference. */
const isReadable = (value: unknown) =>
  typeof value === "number" || (typeof value === "string" && !REFERENCE.test(value));
