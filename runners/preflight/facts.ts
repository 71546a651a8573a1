/** Something that would make the deploy fail, and what to do about it. */
export interface PreflightProblem {
  readonly problem: string;
  readonly remedy: string;
}
