import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import type { Stack } from "../../runners/stack.ts";
import type { SwarmDifference } from "./compare.ts";
import type { SwarmPlan } from "./plan.ts";
import { nameOnSwarm } from "./stack-file.ts";

/** @throws UserError that names each network that would have to change */
export function refuseOtherNetworks({ name }: Stack, differences: readonly SwarmDifference[]): void {
  const networks = differences.filter(({ kind, surplus }) => kind === "network" && surplus === undefined);
  if (networks.length === 0) return;
  throw new UserError(
    networks
      .flatMap(({ name, changes }) =>
        changes.map(({ setting, declared, found }) => `${name}: ${setting} ${found} → ${declared}`),
      )
      .join("\n"),
    `a swarm changes no network that services are on: exploreiot down (the data of ${name} stays), then up`,
  );
}

/**
 * Refuses to start a newer server with nothing in it next to the data of an older one, which nobody carries over on a swarm.
 *
 * @throws UserError that names both volumes
 */
export function refuseFormerData(plan: SwarmPlan, differences: readonly SwarmDifference[]): void {
  const problems = differences.flatMap(({ service, changes }) => {
    if (service === undefined) return [];
    const role = roleOf(service.container);
    const { version, volume, former = [] } = service.container.versioned ?? {};
    return former
      .map((one) => ({ ...one, name: nameOnSwarm(one.volume, plan) }))
      .filter(({ name }) => changes.some(({ found }) => found === `${name}:rw`))
      .map(
        (one) =>
          `${role}: ${one.name} holds the data of version ${one.version}, and this version of the kit runs version ${version} on ${nameOnSwarm(volume ?? "", plan)}, which would start empty`,
      );
  });
  if (problems.length > 0)
    throw new UserError(
      problems.join("\n"),
      "stay with the version of the kit that made it: on a swarm nothing carries data over (docs/swarm.md)",
    );
}
