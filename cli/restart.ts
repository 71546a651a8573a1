import { z } from "zod";
import { roleOf } from "../core/labels.ts";
import { restart } from "../runners/docker/restart.ts";
import { guarded } from "../runners/guards.ts";
import { isOnSwarm } from "../runners/swarm/deployed.ts";
import { restartOnSwarm } from "../runners/swarm/restart-service.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { servicesNamed } from "./service-arguments.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

export const restartOutput = z.object({
  deployment: z.string(),
  restarted: z
    .array(z.string())
    .describe("services that were restarted and are healthy again, in this order"),
});

export const restartCommand = verb("restart", VERBS.restart, "restart ingest")
  .argument("<service...>", "such as ingest")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (names: readonly string[], { config, json }: { config: string; json?: true }) => {
    const { deployment, stack, home } = await synthesize(config, { unjudged: true });
    const services = servicesNamed(stack, names);
    const onSwarm = await isOnSwarm(deployment.name);
    await guarded({ name: deployment.name, home, report: progress, onSwarmToo: true }, () =>
      onSwarm ? restartOnSwarm(stack, services, progress) : restart(services, progress),
    );
    const restarted = services.map(roleOf);
    if (json) printJson(restartOutput, { deployment: deployment.name, restarted });
    else console.log(`${deployment.name}: ${restarted.join(", ")} restarted and healthy`);
  });
