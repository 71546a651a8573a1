import type { z } from "zod";
import { UserError } from "./errors.ts";

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
    const path = issue.path.join(".");
    if (issue.code !== "unrecognized_keys") return [{ path, got: issue.input, ...wordsFor(issue) }];
    const known = keysAt(path);
    return issue.keys.map((key) => ({
      path: path === "" ? key : `${path}.${key}`,
      got: (issue.input as Record<string, unknown>)[key],
      allowed: `the keys ${known.join(", ")}`,
      fix: nearest(key, known) ?? "remove it",
    }));
  });
}

function wordsFor(issue: Issue): Pick<Problem, "allowed" | "fix"> {
  if (issue.input === undefined) return { allowed: describe(issue), fix: "add it" };
  return { allowed: describe(issue), fix: "change it" };
}

function describe(issue: Issue): string {
  switch (issue.code) {
    case "invalid_type":
      return (
        { int: "a whole number", record: "a mapping", object: "a mapping", array: "a list" }[
          issue.expected as string
        ] ?? `a ${issue.expected}`
      );
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "too_small":
      return issue.origin === "array" || issue.origin === "string"
        ? `at least ${issue.minimum} long`
        : `${issue.minimum} or more`;
    case "too_big":
      return issue.origin === "array" || issue.origin === "string"
        ? `at most ${issue.maximum} long`
        : `${issue.maximum} or less`;
    default:
      return issue.message.charAt(0).toLowerCase() + issue.message.slice(1);
  }
}

/** "did you mean" for a key that differs from a known one by at most two edits. */
function nearest(key: string, known: readonly string[]): string | undefined {
  const [best] = known
    .map((name) => ({ name, edits: distance(key, name) }))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= 2 ? `did you mean ${best.name}?` : undefined;
}

/** Levenshtein distance, on words of a few letters. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      next.push(
        Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === other ? 0 : 1)),
      );
    }
    row = next;
  }
  return row[b.length] ?? 0;
}

/** All problems of one configuration as one error. */
export function configError(origin: string, problems: readonly Problem[]): UserError {
  const lines = problems.map(
    ({ path, got, allowed, fix }) =>
      `  ${path || "(top)"}: got ${shown(got)}; allowed: ${allowed}; to mend: ${fix}`,
  );
  const count = problems.length === 1 ? "1 problem" : `${problems.length} problems`;
  return new UserError([`${origin}: ${count}`, ...lines].join("\n"));
}

function shown(value: unknown): string {
  if (value === undefined) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
