import { existsSync } from "node:fs";
import { isInstalled } from "../../core/programs.ts";
import { type RunOptions, type RunResult, run } from "../run.ts";
import type { Stack } from "../stack.ts";

/** OpenTofu's program: the same commands, files and messages. */
const OPENTOFU = "tofu";

/** Terraform, or OpenTofu where that alone is installed; `TERRAFORM_BINARY_NAME`, which cdktf honours too, says which. */
export function terraformBinary(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TERRAFORM_BINARY_NAME) return env.TERRAFORM_BINARY_NAME;
  return !isInstalled("terraform", env) && isInstalled(OPENTOFU, env) ? OPENTOFU : "terraform";
}

/** Set for what Terraform starts from here, which `cdktf deploy` would start too. */
export const BY_THE_KIT = "EXPLOREIOT_UP";

/** Variables that add arguments to each command, choose another state, or keep the provider elsewhere. */
const FOREIGN = /^(TF_CLI_ARGS(_|$)|TF_WORKSPACE$|TF_DATA_DIR$|TF_INPUT$|TF_VAR_)/;

/** Runs terraform in the stack's folder; any exit code is an answer for the caller to judge. */
export function terraform(
  stack: Stack,
  args: readonly string[],
  options: Pick<RunOptions, "signal" | "input" | "onLine"> = {},
): Promise<RunResult> {
  return run([terraformBinary(), `-chdir=${stack.folder}`, ...args], {
    // Interrupted by `signal` alone, once: a second interrupt would make terraform give up without saving its state.
    ownGroup: true,
    expected: [0, 1, 2],
    env: {
      ...Object.fromEntries(foreignVariables().map((name) => [name, undefined])),
      CHECKPOINT_DISABLE: "1",
      TF_IN_AUTOMATION: "1",
      // Also where `terraform workspace select` has chosen another.
      TF_WORKSPACE: "default",
      [BY_THE_KIT]: "1",
      ...withoutMissingConfig(),
    },
    ...options,
  });
}

/** Names of the variables that are kept from terraform: every argument and place is said here. */
export const foreignVariables = (env: NodeJS.ProcessEnv = process.env): readonly string[] =>
  Object.keys(env)
    .filter((name) => FOREIGN.test(name))
    .sort();

/** `TF_CLI_CONFIG_FILE` may name a file that is not there: terraform then warns at each call. */
function withoutMissingConfig(): Record<string, string> {
  const path = process.env.TF_CLI_CONFIG_FILE;
  return path && !existsSync(path) ? { TF_CLI_CONFIG_FILE: "" } : {};
}
