import type { StackFacts } from "../../core/stack-facts.ts";

/** What a production deployment says about itself that can make its deploy fail. */
export type PreflightFacts = NonNullable<StackFacts["preflight"]>;

/** Something that would make the deploy fail, and what to do about it. */
export interface PreflightProblem {
  readonly problem: string;
  readonly remedy: string;
}
