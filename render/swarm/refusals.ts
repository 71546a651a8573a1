import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import type { Stack } from "../../runners/stack.ts";
import { dataLabel, nameOnSwarm } from "../../runners/swarm/names.ts";
import type { SwarmNode } from "../../runners/swarm/nodes.ts";
import type { SwarmDifference } from "./compare.ts";
import type { SwarmPlan } from "./plan.ts";

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
 * Refuses services that would wait for ever: a swarm reserves all of the memory that a service may take. Reservations of other stacks
 * are not counted.
 *
 * @param nodes of the swarm; those that take no tasks do not count
 * @throws UserError that names what does not fit
 */
export function refuseLittleMemory({ services, model }: SwarmPlan, nodes: readonly SwarmNode[]): void {
  const able = nodes.filter(({ availability }) => availability === "active");
  const largest = able.toSorted((one, other) => other.memoryMiB - one.memoryMiB)[0];
  if (largest === undefined) return;
  const home = able.find(({ labels }) => labels[dataLabel(model.stack.name)] === "true") ?? largest;
  const asked = services
    .filter(({ container }) => !container.job)
    .map(({ container, pinned }) => ({
      role: roleOf(container),
      pinned,
      memoryMiB: container.block.memory ?? 0,
    }));
  const pinned = asked.filter((one) => one.pinned);
  const said = (ones: typeof asked) => `${ones.map(({ role }) => role).join(", ")}: ${sumOf(ones)} MiB`;
  const problems = [
    ...(sumOf(pinned) > home.memoryMiB
      ? [
          `${said(pinned)}, which are all on the node with the data, and ${home.name} has ${home.memoryMiB} MiB`,
        ]
      : []),
    ...asked
      .filter((one) => !one.pinned && one.memoryMiB > largest.memoryMiB)
      .map((one) => `${said([one])}, and the largest node, ${largest.name}, has ${largest.memoryMiB} MiB`),
    ...(sumOf(asked) > sumOf(able)
      ? [`${sumOf(asked)} MiB for all services, and all nodes have ${sumOf(able)} MiB`]
      : []),
  ];
  if (problems.length > 0)
    throw new UserError(
      [
        `the services of ${model.stack.name} do not fit on this swarm, which reserves their memory`,
        ...problems,
      ].join("\n"),
      "lower limits.memoryMiB of services, or give the swarm a larger node",
    );
}

const sumOf = (ones: readonly { readonly memoryMiB: number }[]): number =>
  ones.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0);

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
