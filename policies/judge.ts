import { policySettings, type Severity } from "../config/policy-settings.ts";
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
    lineOf: (path) => lineOf(text, path),
  };
}

/**
 * cdktf notes the path of a construct in the JSON, and nothing about where in the program it was made; in a compose
 * file the last part of `services.web` is a key.
 */
function lineOf(text: string, path: string): number {
  const construct = path.replace(/:[^/:]*$/, "");
  const noted = text.indexOf(`"path": ${JSON.stringify(construct)}`);
  const [, key] = /^(?:services|networks|volumes)\.([^.:]+)/.exec(path) ?? [];
  const at = noted >= 0 ? noted : key === undefined ? -1 : text.search(keyPattern(key));
  return at < 0 ? 1 : text.slice(0, at).split("\n").length;
}

const keyPattern = (key: string) =>
  new RegExp(`(?<=^|\\n)[ \\t]+["']?${key.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}["']?:`);
