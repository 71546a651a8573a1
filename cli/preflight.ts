import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { deploymentHome } from "../core/home.ts";
import { unspokenContext } from "../runners/docker/remote.ts";
import { preflight } from "../runners/preflight/preflight.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { stackIn, synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;

  /** A synthesized stack's folder: how the provisioner inside that stack calls this verb. */
  readonly stack?: string;
}

export const preflightOutput = z.strictObject({
  deployment: z.string(),
  ready: z.literal(true).describe("anything in the way is an error"),
});

export const preflightCommand = verb("preflight", VERBS.preflight)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--stack <folder>", "judge this synthesized stack instead of a configuration")
  .action(async ({ config, json, stack: folder }: Options) => {
    const { stack, home } = folder === undefined ? await synthesize(config) : synthesized(folder);
    await preflight(stack, home, progress);
    if (json) printJson(preflightOutput, { deployment: stack.name, ready: true });
    else console.log(`${stack.name}: nothing stands in the way`);
  });

function synthesized(folder: string) {
  const stack = stackIn(folder);
  refuseUnseenContext();
  return { stack, home: deploymentHome(stack.name) };
}

/** Under `cdktf deploy` the provider talks to the local engine while images would be made on the context's. */
function refuseUnseenContext(): void {
  const context = unspokenContext();
  if (context === undefined) return;
  throw new UserError(
    `docker context use has chosen ${context}, which Terraform's provider does not follow`,
    `name it in the environment: DOCKER_CONTEXT=${context} npx cdktf deploy …`,
  );
}
