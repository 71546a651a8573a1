import { type Command, Option } from "commander";
import { UserError } from "../../core/errors.ts";
import { LABEL } from "../../core/labels.ts";
import { listContainers } from "../../runners/docker/observe.ts";
import { isOnSwarm } from "../../runners/swarm/deployed.ts";
import { hasDataNode } from "../../runners/swarm/nodes.ts";

const TARGETS = ["machine", "swarm"] as const;

export type Target = (typeof TARGETS)[number];

/** Adds `--target`. */
export const withTarget = (command: Command): Command =>
  command.addOption(
    new Option(
      "--target <target>",
      "one machine, or the swarm of which the engine is a manager (default: where it or its data is, else one machine)",
    ).choices(TARGETS),
  );

/**
 * Where a deployment is to be: on this engine, or on the swarm that it manages. One that is down is where its data is: a swarm knows
 * the node that has it, and on one machine it would start with nothing.
 *
 * @throws UserError where it is at the other place, with data that it would not find here
 */
export async function targetOf(deployment: string, wanted: Target | undefined): Promise<Target> {
  const found = (await isOnSwarm(deployment)) ? "swarm" : await onMachine(deployment);
  if (wanted !== undefined && found !== undefined && wanted !== found)
    throw new UserError(
      `--target ${wanted}: ${deployment} is ${found === "swarm" ? "on the swarm of this engine" : "on this engine, without a swarm"}; allowed: ${found}`,
      `leave --target out, to go on ${found === "swarm" ? "on the swarm" : "here"}`,
      `or take it down first: exploreiot down; its data stays, and the ${wanted} has other volumes: move it by a backup`,
    );
  return wanted ?? found ?? ((await hasDataNode(deployment)) ? "swarm" : "machine");
}

/** Tasks of a swarm do not have the label. */
async function onMachine(deployment: string): Promise<Target | undefined> {
  const found = await listContainers({ label: [`${LABEL.deployment}=${deployment}`] });
  return found.length === 0 ? undefined : "machine";
}
