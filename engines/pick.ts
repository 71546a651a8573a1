import { UserError } from "../core/errors.ts";
import { composeEngine } from "./compose/compose-engine.ts";
import type { Engine, EngineContext } from "./engine.ts";
import type { EngineName } from "./record.ts";
import { terraformEngine } from "./terraform/terraform-engine.ts";

const engines: Readonly<Record<EngineName, Engine>> = { terraform: terraformEngine, compose: composeEngine };

/**
 * The engine to use. `auto` stays with the one that made what runs, else takes Terraform where it can be had,
 * else compose, and says so.
 *
 * @throws UserError if none can be used, with the reason for each
 */
export async function pickEngine(
  wanted: EngineName | "auto",
  last: EngineName | undefined,
  context: EngineContext,
): Promise<Engine> {
  const order: readonly EngineName[] =
    wanted !== "auto" ? [wanted] : last === "compose" ? ["compose", "terraform"] : ["terraform", "compose"];
  const reasons: string[] = [];
  for (const name of order) {
    const reason = await engines[name].unavailable(context);
    if (reason === undefined) {
      context.report(`engine: ${name}${reasons.length > 0 ? ` (${reasons.join("; ")})` : ""}`);
      return engines[name];
    }
    reasons.push(reason);
  }
  throw new UserError(
    `no engine can run here: ${reasons.join("; ")}`,
    "install Terraform and let it reach its registry, or install Docker's compose plugin (npm start does where it can)",
  );
}

export const engineNamed = (name: EngineName): Engine => engines[name];
