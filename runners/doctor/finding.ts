import { UserError } from "../../core/errors.ts";

/** The result of one look. */
export interface Finding {
  /** Stable, such as `engine.api`; docs/doctor.md has a heading for each. */
  readonly id: string;

  /** A warning does not keep anything from working; `unknown` could not be looked at. */
  readonly state: "ok" | "warning" | "problem" | "unknown";

  /** The facts that were seen. */
  readonly evidence: string;

  /** The remedy, one step each; empty where all is well. */
  readonly remedy: readonly string[];
}

export const ok = (id: string, evidence: string): Finding => ({ id, state: "ok", evidence, remedy: [] });

export const unknown = (id: string, evidence: string, ...remedy: readonly string[]): Finding => ({
  ...{ id, evidence, remedy },
  state: "unknown",
});

export const warning = (id: string, evidence: string, ...remedy: readonly string[]): Finding => ({
  ...{ id, evidence, remedy },
  state: "warning",
});

export const problem = (id: string, evidence: string, ...remedy: readonly string[]): Finding => ({
  ...{ id, evidence, remedy },
  state: "problem",
});

/** Turns what a guard of the kit throws into a finding: what `up` would refuse is a problem. */
export async function asFinding(id: string, well: string, guard: () => Promise<unknown>): Promise<Finding> {
  try {
    await guard();
    return ok(id, well);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return problem(id, error.message, ...error.remedy);
  }
}

/** Lines that only warn, one finding each; one that is well if there is none. */
export const asWarnings = (
  id: string,
  well: string,
  lines: readonly string[],
  remedy: string,
): readonly Finding[] =>
  lines.length === 0 ? [ok(id, well)] : lines.map((line) => warning(id, line, remedy));
