import { existsSync } from "node:fs";
import { type RunResult, run } from "../run.ts";
import type { Stack } from "../stack.ts";

/** Terraform, or what stands in for it (`TERRAFORM_BINARY_NAME`, which cdktf honours too). */
export const terraformBinary = (): string => process.env.TERRAFORM_BINARY_NAME ?? "terraform";

/** Runs terraform in the stack's folder; any exit code is an answer for the caller to judge. */
export function terraform(stack: Stack, args: readonly string[], signal?: AbortSignal): Promise<RunResult> {
  return run([terraformBinary(), `-chdir=${stack.folder}`, ...args], {
    // Interrupted by `signal` alone, once: a second interrupt would make terraform give up without saving its state.
    ownGroup: true,
    expected: [0, 1, 2],
    env: { CHECKPOINT_DISABLE: "1", TF_IN_AUTOMATION: "1", ...withoutMissingConfig() },
    ...(signal === undefined ? {} : { signal }),
  });
}

/** `TF_CLI_CONFIG_FILE` may name a file that is not there: terraform then warns at each call. */
function withoutMissingConfig(): Record<string, string> {
  const path = process.env.TF_CLI_CONFIG_FILE;
  return path && !existsSync(path) ? { TF_CLI_CONFIG_FILE: "" } : {};
}
