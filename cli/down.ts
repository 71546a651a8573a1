import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { composeProject } from "../core/labels.ts";
import { guarded } from "../runners/guards.ts";
import { remove } from "../runners/remove.ts";
import type { Stack } from "../runners/stack.ts";
import { isOnSwarm } from "../runners/swarm/deployed.ts";
import { removeStack } from "../runners/swarm/remove-stack.ts";
import { refuseWithoutTerminal, typeName } from "./ask.ts";
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
  containers: z.int().describe("how many were removed; on a swarm, services"),
  volumes: z.array(z.string()).readonly().describe("those that were deleted"),
});

export const downCommand = verb("down", VERBS.down)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--delete-data", "delete the data volumes too: every reading, message and key")
  .option("--yes", "do not ask before data is deleted")
  .action(async ({ config, json, deleteData, yes }: Options) => {
    const { deployment, stack, home } = await synthesize(config, { unjudged: true });
    if (deleteData && !yes) refuseWithoutTerminal(`deleting the data of ${deployment.name}`);
    if (await isOnSwarm(deployment.name)) {
      const services = await downOnSwarm({ stack, home, deleteData: deleteData === true });
      if (json) printJson(downOutput, { deployment: deployment.name, containers: services, volumes: [] });
      else console.log(`${deployment.name} is down: ${services} services removed from the swarm, data kept.`);
      return;
    }
    if (deleteData && !yes)
      await typeName(
        deployment.name,
        `Delete ${stack.volumes.length} volumes of ${deployment.name}, with every reading?`,
        "nothing was removed",
      );
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

/** @throws UserError if its data is to be deleted, which is on the disk of one node */
function downOnSwarm({
  stack,
  home,
  deleteData,
}: {
  readonly stack: Stack;
  home: string;
  deleteData: boolean;
}) {
  if (deleteData)
    throw new UserError(
      `--delete-data: the data of ${stack.name} is on the disk of one node of the swarm, which down does not reach; allowed: down without it`,
      `take it down, and then on that node: docker volume rm $(docker volume ls --quiet --filter label=com.docker.stack.namespace=${composeProject(stack.name)})`,
    );
  return guarded({ name: stack.name, home, report: progress, onSwarmToo: true }, () =>
    removeStack({ stack, home, report: progress }),
  );
}

const kept = (volumes: readonly string[], deleted: true | undefined) =>
  deleted ? `${volumes.length} volumes deleted` : "data kept (--delete-data deletes it)";
