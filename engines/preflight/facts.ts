/** What a production deployment says about itself that can make its deploy fail. */
export interface PreflightFacts {
  /** Names and addresses that users type. */
  readonly hosts: readonly string[];

  /** Whether a public CA will look for this deployment at those names. */
  readonly issued: boolean;

  /** Day of the images' packages, `2026-11-22`: no right clock is before it. */
  readonly builtOn: string;
}

/** Something that would make the deploy fail, and what to do about it. */
export interface PreflightProblem {
  readonly problem: string;
  readonly remedy: string;
}
