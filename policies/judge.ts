import { policySettings, type Severity } from "../site/policy-settings.ts";
import type { StackDocument } from "./document.ts";
import { evaluate } from "./evaluate.ts";
import { linesIn } from "./lines.ts";
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
