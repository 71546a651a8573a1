import { policySettings, type Severity } from "../site/policy-settings.ts";
import type { StackDocument } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import type { Policy } from "./policy.ts";
import type { Judgement } from "./reports/judgement.ts";

/** A text in which things stand at lines. */
export interface Origin {
  readonly file: string;
  readonly text: string;
}

/**
 * Judges one stack as its own settings say. Settings that cannot be read stop at everything.
 *
 * @param stopAt what the caller says instead of the settings
 */
export function judgeStack(
  stack: StackDocument,
  { file, text }: Origin,
  policies: readonly Policy[],
  stopAt?: Severity,
): Judgement {
  const settings = policySettings.safeParse(stack.settings ?? {});
  return {
    file,
    environment: stack.environment,
    stopAt: stopAt ?? (settings.success ? settings.data.stopAt : "info"),
    reports: evaluate(stack, policies),
    lineOf: linesIn(text),
  };
}

/**
 * cdktf notes the path of a construct in the JSON, and nothing about where in the program it was made; in a compose
 * file the last part of `services.web` is a key.
 */
function linesIn(text: string): (path: string) => number {
  const noted = lazy(() => firstLines(text, /"path": ("(?:[^"\\]|\\.)*")/g));
  const keys = lazy(() => firstLines(text, /^[ \t]+["']?([^\s"':][^"':\n]*)["']?:/gm));
  return (path) => {
    const construct = path.replace(/:[^/:]*$/, "");
    const [, key] = /^(?:services|networks|volumes)\.([^.:]+)/.exec(path) ?? [];
    return noted().get(JSON.stringify(construct)) ?? (key === undefined ? undefined : keys().get(key)) ?? 1;
  };
}

/** Texts have up to 256 MiB, and thousands of findings ask where they stand: each text is gone through once, if at all. */
function lazy<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The line on which each of the things that a pattern finds stands first. */
function firstLines(text: string, pattern: RegExp): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  let end = text.indexOf("\n");
  for (const { 1: name = "", index } of text.matchAll(pattern)) {
    for (; end >= 0 && end < index; end = text.indexOf("\n", end + 1)) line += 1;
    if (!lines.has(name)) lines.set(name, line);
  }
  return lines;
}
