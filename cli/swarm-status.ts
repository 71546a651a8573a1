import { warningsOf } from "../config/warnings.ts";
import { roleOf } from "../core/labels.ts";
import type { SwarmDifference } from "../render/swarm/compare.ts";
import { lookAtSwarm, OTHERS } from "../render/swarm/deploy.ts";
import type { SwarmService } from "../render/swarm/plan.ts";
import { difference } from "../runners/drift.ts";
import { inWords } from "../runners/settings/words.ts";
import type { SwarmServiceState, SwarmState } from "../runners/swarm/observe-swarm.ts";
import type { ContainerStatus, StatusReport } from "./status-output.ts";
import type { Synthesized } from "./synthesize.ts";

/** A manager knows them of no node, and nobody asks each node. */
const UNSEEN =
  "on a swarm nobody looks at memory and CPU, volumes, certificates, open ports, the last readings and backups";

/**
 * The report of a deployment that is on a swarm, as a manager tells it.
 *
 * @returns undefined where this engine is no manager of a swarm with that deployment
 */
export async function swarmReport({
  deployment,
  stack,
  home,
}: Synthesized): Promise<StatusReport | undefined> {
  const { plan, differences, swarm, isOthers } = await lookAtSwarm({ stack, home });
  if (swarm === undefined) return undefined;
  const containers = plan.services.map((one) => {
    const role = roleOf(one.container);
    const differing = differences.find(({ kind, role: of }) => kind === "service" && of === role);
    return serviceStatus(one, swarm.services.get(role), differing);
  });
  const well = containers.every(
    ({ health, trouble }) => ["healthy", "done"].includes(health) && trouble === undefined,
  );
  const isWhole = plan.services.every(({ container }) => swarm.services.has(roleOf(container)));
  return {
    deployment: deployment.name,
    state: isWhole ? "up" : "partly up",
    asConfigured: differences.length === 0,
    ...{ well, containers, unknown: [UNSEEN, ...(isOthers ? [OTHERS] : [])], certificates: [] },
    resources: differences.filter(({ kind }) => kind === "network").map(networkStatus),
    waived: deployment.policies.waivers,
    warnings: [...warningsOf(deployment), ...surplus(differences), ...nodeWarnings(swarm)],
  };
}

const networkStatus = ({ role, changes }: SwarmDifference) => ({
  ...{ kind: "network" as const, name: role, changes },
  difference: difference({ differences: changes.map(inWords) }),
});

const surplus = (differences: readonly SwarmDifference[]): readonly string[] =>
  differences
    .filter(({ kind, service }) => kind === "service" && service === undefined)
    .map(({ role }) => `${role} is on the swarm and not configured any more: exploreiot up removes it`);

function serviceStatus(
  { container, name }: SwarmService,
  found: SwarmServiceState | undefined,
  differing: SwarmDifference | undefined,
): ContainerStatus {
  const { task } = found ?? {};
  const { changes = [], trouble = [] } = differing ?? {};
  const said = differing === undefined ? undefined : inOneLine(differing);
  return {
    role: roleOf(container),
    container: name,
    state: task?.state ?? "absent",
    health: health(container.job, task?.state),
    ...(task === undefined ? {} : { since: task.since }),
    ...(task?.node === undefined ? {} : { node: task.node }),
    listens: [...new Set((container.block.ports ?? []).map(({ external }) => `*:${external}`))],
    ...(said === undefined ? {} : { difference: said }),
    ...(changes.length === 0 ? {} : { changes }),
    ...(trouble.length === 0 ? {} : { trouble }),
  };
}

/** @returns undefined for a service that is set as configured, and not well */
function inOneLine({ isThere, isCurrent, changes }: SwarmDifference): string | undefined {
  if (isThere && isCurrent && changes.length === 0) return undefined;
  const found = !isThere
    ? ["is not there"]
    : changes.length === 0
      ? ["was deployed from another configuration"]
      : changes.map(inWords);
  return `${difference({ differences: found })}: exploreiot up`;
}

/** A task of a swarm is `running` from its first successful probe on, and is ended when probes fail. */
function health(job: boolean, state: string | undefined): string {
  if (state === undefined) return "-";
  if (job) return state === "complete" ? "done" : state;
  return state === "running" ? "healthy" : "-";
}

const nodeWarnings = ({ nodes }: SwarmState): readonly string[] =>
  nodes
    .filter(({ status, availability }) => status !== "ready" || availability !== "active")
    .map(({ name, status, availability }) => `node ${name} is ${status}, availability ${availability}`);
