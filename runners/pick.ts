import { UserError } from "../core/errors.ts";
import { composeRunner } from "./compose/compose-runner.ts";
import type { RunnerName } from "./record.ts";
import type { Runner, RunnerContext } from "./runner.ts";
import { terraformRunner } from "./terraform/terraform-runner.ts";

const runners: Readonly<Record<RunnerName, Runner>> = { terraform: terraformRunner, compose: composeRunner };

/**
 * The runner to use. `auto` stays with the one that made what runs, else takes Terraform where it can be had,
 * else compose, and says so.
 *
 * @throws UserError if none can be used, with the reason for each
 */
export async function pickRunner(
  wanted: RunnerName | "auto",
  last: RunnerName | undefined,
  context: RunnerContext,
): Promise<Runner> {
  const order: readonly RunnerName[] =
    wanted !== "auto" ? [wanted] : last === "compose" ? ["compose", "terraform"] : ["terraform", "compose"];
  const reasons: string[] = [];
  for (const name of order) {
    const reason = await runners[name].unavailable(context);
    if (reason === undefined) {
      context.report(`runner: ${name}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`);
      return runners[name];
    }
    reasons.push(reason);
  }
  throw new UserError(
    `no runner can run here: ${reasons.join("; ")}`,
    "install Terraform and let it reach its registry, or install Docker's compose plugin (npm start does where it can)",
  );
}

export const runnerNamed = (name: RunnerName): Runner => runners[name];
