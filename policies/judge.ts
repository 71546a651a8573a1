import { policySettings, type Severity } from "../site/policy-settings.ts";
import type { Place, StackDocument } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import type { Policy } from "./policy.ts";
import type { Judgement } from "./reports/judgement.ts";

/** A text in which things stand at lines. */
export interface Origin {
  readonly file: string;
  readonly text: string;

  /** Where the things with a name stand that its reader has noted. @default - they are looked for in the text */
  readonly places?: ReadonlyMap<string, Place>;
}

/**
 * Judges one stack as its own settings say. Settings that cannot be read stop at everything.
 *
 * @param stopAt what the caller says instead of the settings
 */
export function judgeStack(
  stack: StackDocument,
  { file, text, places }: Origin,
  policies: readonly Policy[],
  stopAt?: Severity,
): Judgement {
  const settings = policySettings.safeParse(stack.settings ?? {});
  return {
    file,
    environment: stack.environment,
    stopAt: stopAt ?? (settings.success ? settings.data.stopAt : "info"),
    reports: evaluate(stack, policies),
    placeOf: places === undefined ? placesIn(file, text) : (path) => noted(path, places) ?? { file, line: 1 },
  };
}

/** The place of `services.web`, for `services.web.build:Dockerfile` too; names may have dots. */
function noted(path: string, places: ReadonlyMap<string, Place>): Place | undefined {
  const [name = ""] = path.split(":");
  const parts = name.split(".");
  return parts
    .map((_, at) => places.get(parts.slice(0, parts.length - at).join(".")))
    .find((place) => place !== undefined);
}

/** cdktf notes the path of a construct in the JSON, and nothing about where in the program it was made. */
function placesIn(file: string, text: string): (path: string) => Place {
  const lines = lazy(() => firstLines(text, /"path": ("(?:[^"\\]|\\.)*")/g));
  return (path) => {
    const construct = path.replace(/:[^/:]*$/, "");
    return { file, line: lines().get(JSON.stringify(construct)) ?? 1 };
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
