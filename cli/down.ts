import { createInterface } from "node:readline/promises";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { remove } from "../runners/remove.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly deleteData?: true;
  readonly yes?: true;
}

export const downOutput = z.strictObject({
  deployment: z.string(),
  containers: z.int().describe("how many were removed"),
  volumes: z.array(z.string()).readonly().describe("those that were deleted"),
});

export const downCommand = verb("down", VERBS.down)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--delete-data", "delete the data volumes too: every reading, message and key")
  .option("--yes", "do not ask before data is deleted")
  .action(async ({ config, json, deleteData, yes }: Options) => {
    const { deployment, stack, home } = await synthesize(config, { unjudged: true });
    if (deleteData && !yes) await confirmDeletion(deployment.name, stack.volumes.length);
    const removed = await remove({
      stack,
      home,
      deleteData: deleteData === true,
      report: progress,
      signal: interruptSignal(),
    });
    if (json) printJson(downOutput, { deployment: deployment.name, ...removed });
    else
      console.log(
        `${deployment.name} is down: ${removed.containers} containers removed, ${kept(removed.volumes, deleteData)}.`,
      );
  });

const kept = (volumes: readonly string[], deleted: true | undefined) =>
  deleted ? `${volumes.length} volumes deleted` : "data kept (--delete-data deletes it)";

async function confirmDeletion(name: string, volumes: number): Promise<void> {
  if (!process.stdin.isTTY) {
    throw new UserError(
      `deleting the data of ${name} needs a yes, and there is no terminal to ask on`,
      "add --yes",
    );
  }
  const prompt = createInterface({ input: process.stdin, output: process.stderr });
  const answer = await prompt.question(
    `Delete ${volumes} volumes of ${name}, with every reading? Type the name to go on: `,
  );
  prompt.close();
  if (answer.trim() !== name) throw new UserError("nothing was removed");
}
