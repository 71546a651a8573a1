import { graded } from "../evidence.ts";
import { isOff } from "../facts/environment.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { traefikSetting, traefikSettings } from "../facts/traefik.ts";
import { definePolicy } from "../policy.ts";

export const containersAskToBePublished = definePolicy({
  id: "TRF-003",
  severity: "medium",
  title: "Traefik publishes the containers that ask for it",
  why: "By default the Docker provider makes a route to every container of the engine that has a port. A database page or a half-finished service is then published by being started.",
  avoid: "image: traefik:v3.3\ncommand: --providers.docker=true",
  prefer: "image: traefik:v3.3\ncommand: --providers.docker=true --providers.docker.exposedByDefault=false",
  allowed: "exposedByDefault false below providers.docker or providers.swarm",
  fix: "set exposedByDefault to false, and label each container to publish with traefik.enable=true",
  source: "Traefik documentation, Docker provider, exposedByDefault",
  looksAt: RUNS,
  where: isProduct("traefik"),
  check: (resource, stack) =>
    PROVIDERS.flatMap((provider) => {
      const isUsed = traefikSettings(resource, stack).some(
        ({ name, value }) => (name === provider && !isOff(value)) || name.startsWith(`${provider}.`),
      );
      const asks = traefikSetting(resource, stack, `${provider}.exposedbydefault`);
      if (!isUsed || isOff(asks?.value)) return [];
      // A constraint chooses containers as well, by a rule that no one here reads.
      const isConstrained = traefikSetting(resource, stack, `${provider}.constraints`) !== undefined;
      const text = `${provider}.exposedByDefault is ${asks?.value ?? "not set"}`;
      return [isConstrained ? graded("low", text) : text];
    }),
});

/** Of version 1 too, where they stand at the top. */
const PROVIDERS = ["providers.docker", "providers.swarm", "docker"];
