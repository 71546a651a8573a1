import { warningsOf } from "../config/warnings.ts";
import { roleOf } from "../core/labels.ts";
import { modelOf } from "../render/model.ts";
import { type SwarmPlan, type SwarmService, swarmPlan } from "../render/swarm/plan.ts";
import { declaredVersion } from "../render/swarm/stack-file.ts";
import { observeSwarm, type SwarmServiceState, type SwarmState } from "../runners/swarm/observe-swarm.ts";
import type { ContainerStatus, StatusReport } from "./status-output.ts";
import type { Synthesized } from "./synthesize.ts";

/** A manager knows them of no node, and nobody asks each node. */
const UNSEEN =
  "on a swarm nobody looks at memory and CPU, networks, volumes, certificates, open ports, the last readings and backups";

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
  const swarm = await observeSwarm(deployment.name);
  if (swarm === undefined) return undefined;
  const plan = swarmPlan(modelOf(stack, home));
  const containers = plan.services.map((one) =>
    serviceStatus(one, plan, swarm.services.get(roleOf(one.container))),
  );
  const well = containers.every(
    ({ health, trouble }) => ["healthy", "done"].includes(health) && trouble === undefined,
  );
  const isWhole = plan.services.every(({ container }) => swarm.services.has(roleOf(container)));
  return {
    deployment: deployment.name,
    state: isWhole ? "up" : "partly up",
    asConfigured: well && containers.every(({ difference }) => difference === undefined),
    ...{ well, containers, unknown: [UNSEEN], resources: [], certificates: [] },
    waived: deployment.policies.waivers,
    warnings: [...warningsOf(deployment), ...nodeWarnings(swarm)],
  };
}

function serviceStatus(
  one: SwarmService,
  plan: SwarmPlan,
  found: SwarmServiceState | undefined,
): ContainerStatus {
  const { container } = one;
  const { task } = found ?? {};
  const difference = differenceOf(declaredVersion(one, plan), found);
  const trouble = troubleOf(found);
  return {
    role: roleOf(container),
    container: one.name,
    state: task?.state ?? "absent",
    health: health(container.job, task?.state),
    ...(task === undefined ? {} : { since: task.since }),
    ...(task?.node === undefined ? {} : { node: task.node }),
    listens: [...new Set((container.block.ports ?? []).map(({ external }) => `*:${external}`))],
    ...(difference === undefined ? {} : { difference }),
    ...(trouble.length === 0 ? {} : { trouble }),
  };
}

/** A task of a swarm is `running` from its first successful probe on, and is ended when probes fail. */
function health(job: boolean, state: string | undefined): string {
  if (state === undefined) return "-";
  if (job) return state === "complete" ? "done" : state;
  return state === "running" ? "healthy" : "-";
}

function differenceOf(declared: string, found: SwarmServiceState | undefined): string | undefined {
  if (found === undefined)
    return "is not there: render again, copy the folder to a manager, and run ./start.sh";
  if (found.version?.startsWith(declared) !== true)
    return "is of another configuration: render again, copy the folder to a manager, and run ./start.sh";
  return found.version === found.running ? undefined : "what runs is of an earlier version";
}

function troubleOf(found: SwarmServiceState | undefined): readonly string[] {
  const { update, task } = found ?? {};
  return [
    ...(update === undefined || ["completed", "updating"].includes(update)
      ? []
      : [`the swarm took the last version back (${update})`]),
    ...(task?.error === undefined ? [] : [task.error]),
  ];
}

const nodeWarnings = ({ nodes }: SwarmState): readonly string[] =>
  nodes
    .filter(({ status, availability }) => status !== "ready" || availability !== "active")
    .map(({ name, status, availability }) => `node ${name} is ${status}, availability ${availability}`);
