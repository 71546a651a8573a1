import { join, relative } from "node:path";
import { unreadTopics } from "../config/topic-checks.ts";
import { composeFile } from "../engines/compose/render.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly compose?: true;
}

export const synthCommand = verb("synth", "check the configuration and write the stack as Terraform JSON")
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--compose", "print the compose file derived from it instead")
  .action(async ({ config, json, compose }: Options) => {
    const { deployment, stack } = await synthesize(config);
    for (const line of unreadTopics(deployment)) progress(line);
    const path = join(stack.folder, "cdk.tf.json");
    if (compose) process.stdout.write(composeFile(stack));
    else if (json)
      console.log(JSON.stringify({ deployment: deployment.name, path, containers: stack.containers.length }));
    else console.log(`${relative(process.cwd(), path)}: ${stack.containers.length} containers`);
  });
