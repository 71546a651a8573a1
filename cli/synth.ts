import { join, relative } from "node:path";
import { Option } from "commander";
import { warningsOf } from "../config/warnings.ts";
import { composeFile } from "../runners/compose/render.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { synthOutput } from "./status-output.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly compose?: true;
}

export const synthCommand = verb("synth", VERBS.synth)
  .addOption(configOption())
  .addOption(jsonOption())
  .addOption(
    new Option("--compose", "print the compose file derived from it instead, which is YAML").conflicts(
      "json",
    ),
  )
  .action(async ({ config, json, compose }: Options) => {
    const { deployment, stack } = await synthesize(config, { draft: true });
    const warnings = warningsOf(deployment);
    for (const line of warnings) progress(`warning: ${line}`);
    const path = join(stack.folder, "cdk.tf.json");
    if (compose) process.stdout.write(composeFile(stack));
    else if (json)
      printJson(synthOutput, {
        ...{ deployment: deployment.name, path, containers: stack.containers.length },
        warnings,
      });
    else console.log(`${relative(process.cwd(), path)}: ${stack.containers.length} containers`);
  });
