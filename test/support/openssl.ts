import { type RunResult, run } from "../../runners/run.ts";

/** Runs openssl; any exit code is an answer. */
export const openssl = (...args: readonly string[]): Promise<RunResult> =>
  run(["openssl", ...args], { expected: [0, 1, 2] });
