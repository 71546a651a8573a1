import { UserError } from "../core/errors.ts";
import { shellCommand } from "../core/shell-words.ts";
import { isOnSwarm } from "../runners/swarm/deployed.ts";
import type { Deployment } from "../services/deployment.ts";

/** From when on a revocation counts, and what brings it about, for a person. */
export async function howItCounts(deployment: Deployment, config: string): Promise<readonly string[]> {
  try {
    return (await isOnSwarm(deployment.name)) ? onSwarm(config) : onMachine(deployment, config);
  } catch (error) {
    // No engine has to answer: a broker elsewhere learns of it there.
    if (error instanceof UserError) return [`${up(config)}.`, "From then on it refuses the device."];
    throw error;
  }
}

const up = (config: string) =>
  `A running broker learns of it by: ${shellCommand("exploreiot", "up", "-c", config)}`;

const onMachine = ({ name }: Deployment, config: string): readonly string[] => [
  `${up(config)} (delivers the new revocation list, restarts nothing).`,
  `From then on it refuses the device; a connection that is open stays until it ends (all end with docker restart exploreiot-${name}-mosquitto).`,
];

/** Secrets of a swarm never change, so a task has to have the new ones. */
const onSwarm = (config: string): readonly string[] => [
  `${up(config)} (replaces what has the revocation list: the broker, and the edge where there is one; each is away for some seconds).`,
  "From then on it refuses the device, whose connection has ended with the broker's task.",
];
