import type { RunOptions } from "../run.ts";
import type { RunnerContext } from "../runner.ts";
import { failure } from "./failure.ts";
import { terraform } from "./terraform.ts";

/**
 * Runs terraform in the stack's folder and returns what it prints.
 *
 * @throws UserError in terraform's own words
 */
export async function command(
  { stack, signal }: RunnerContext,
  args: readonly string[],
  { input, onLine }: Pick<RunOptions, "input" | "onLine"> = {},
): Promise<string> {
  const { code, stdout, stderr } = await terraform(stack, args, {
    ...(signal === undefined ? {} : { signal }),
    ...(input === undefined ? {} : { input }),
    ...(onLine === undefined ? {} : { onLine }),
  });
  if (code === 0) return stdout;
  const words = args[0] === "state" ? args.slice(0, 2) : args.slice(0, 1);
  throw failure(stack, words.join(" "), stdout, stderr);
}
