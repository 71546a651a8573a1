import type { Severity } from "../site/policy-settings.ts";

/**
 * One way in which a resource breaks a claim, with the value found (never a secret's): a text where it weighs what the
 * rule weighs, `Graded` where it weighs something else.
 *
 * A thing that nobody can say is told as such, and is no pass: `NotEnforceable` where no file shows it; `Unknown` where a value is
 * computed later. In what Terraform applies the gate is the last to look, so there an unknown value is a finding; of a
 * compose file it is reported as what cannot be known here.
 */
export type Evidence = string | Graded | NotEnforceable | Unknown;

export interface Graded {
  readonly text: string;
  readonly severity: Severity;
}

export interface NotEnforceable {
  readonly notEnforceable: string;
}

export interface Unknown {
  readonly unknown: string;
}

export const unknown = (text: string): Unknown => ({ unknown: text });

export const graded = (severity: Severity, text: string): Graded => ({ text, severity });

/** The same evidence in other words, such as with the place before it. */
export function reworded(evidence: Evidence, words: (text: string) => string): Evidence {
  if (typeof evidence === "string") return words(evidence);
  if ("text" in evidence) return { ...evidence, text: words(evidence.text) };
  return "unknown" in evidence
    ? { unknown: words(evidence.unknown) }
    : { notEnforceable: words(evidence.notEnforceable) };
}

/** All that is found weighs this much; what is not known is no lighter for it. */
export const weighing = (severity: Severity, found: readonly Evidence[]): readonly Evidence[] =>
  found.map((evidence) => (typeof evidence === "string" ? graded(severity, evidence) : evidence));
