import { warningsOf } from "../../config/warnings.ts";
import { roleOf } from "../../core/labels.ts";
import type { SwarmDifference } from "../../render/swarm/compare.ts";
import { lookAtSwarm, OTHERS } from "../../render/swarm/deploy.ts";
import type { SwarmService } from "../../render/swarm/plan.ts";
import { surplusInWords } from "../../render/swarm/steps.ts";
import { inspectSome } from "../../runners/docker/observe.ts";
import type { Usage, UsageMeter } from "../../runners/docker/usage.ts";
import { openFiles } from "../../runners/doctor/own-files.ts";
import { difference } from "../../runners/drift.ts";
import { inWords } from "../../runners/settings/words.ts";
import { impostorsOnSwarm } from "../../runners/swarm/impostors.ts";
import type { SwarmServiceState, SwarmState } from "../../runners/swarm/observe-swarm.ts";
import { followSwarm } from "../../runners/swarm/place.ts";
import { backupReport } from "../backup-status.ts";
import { readLast } from "../last-readings.ts";
import { resourceOf, usageOf } from "../stack-status.ts";
import type { BackupReport, ContainerStatus, StatusReport } from "../status-output.ts";
import type { Synthesized } from "../synthesize.ts";

/** Most of them a manager knows of no node. */
const UNSEEN =
  "on a swarm nobody looks at volumes, certificates, open ports (exploreiot ports does), room for readings and a bridge";

/**
 * The report of a deployment that is on a swarm, as a manager tells it.
 *
 * @returns undefined where this engine is no manager of a swarm with that deployment
 */
export async function swarmReport(
  synthesized: Synthesized,
  meter: UsageMeter | undefined,
): Promise<StatusReport | undefined> {
  const { deployment, stack, home } = synthesized;
  const { plan, differences, swarm, isOthers } = await lookAtSwarm({ stack, home });
  if (swarm === undefined) return undefined;
  await followSwarm(stack);
  const { found, unseen } = await inspectSome(stack.containers.map(({ name }) => name));
  const observed = { containers: new Map(found.map((state) => [state.Name.slice(1), state])) };
  const [used, readings, backup, others] = await Promise.all([
    meter?.look(stack, observed),
    readLast(synthesized),
    backupReport(stack),
    impostorsOnSwarm(stack),
  ]);
  const containers = plan.services.map((one) => {
    const role = roleOf(one.container);
    return serviceStatus(one, {
      found: swarm.services.get(role),
      differing: differences.find(({ service }) => service === one),
      usage: used?.get(one.container.name),
      backup,
    });
  });
  const well = containers.every(
    ({ health, trouble }) => ["healthy", "done"].includes(health) && trouble === undefined,
  );
  const isWhole = plan.services.every(({ container }) => swarm.services.has(roleOf(container)));
  return {
    deployment: deployment.name,
    state: isWhole ? "up" : "partly up",
    asConfigured:
      well &&
      differences.length === 0 &&
      others.length === 0 &&
      (typeof readings !== "object" || readings.silent.length === 0),
    ...{ well, containers, certificates: [] },
    unknown: [
      UNSEEN,
      ...(isOthers ? [OTHERS] : []),
      ...new Set(unseen.map(({ message }) => message)),
      ...(typeof readings === "string" ? [readings] : []),
    ],
    resources: [
      ...differences.filter(({ service }) => service === undefined).map(resourceStatus),
      ...others.map(resourceOf),
    ],
    ...(typeof readings === "object" ? { readings } : {}),
    ...(backup === undefined ? {} : { backup }),
    waived: deployment.policies.waivers,
    warnings: [...warningsOf(deployment), ...openFiles(home), ...nodeWarnings(swarm)],
  };
}

const resourceStatus = ({ kind, name, changes, surplus }: SwarmDifference) => ({
  ...{ kind, name, changes },
  difference: difference({
    differences: surplus === undefined ? changes.map(inWords) : surplusInWords(surplus),
  }),
});

interface Seen {
  readonly found: SwarmServiceState | undefined;

  /** @default - it is as configured */
  readonly differing: SwarmDifference | undefined;
  readonly usage: Usage | undefined;
  readonly backup: BackupReport | undefined;
}

function serviceStatus(
  { container, name }: SwarmService,
  { found, differing, usage, backup }: Seen,
): ContainerStatus {
  const { task } = found ?? {};
  const { changes = [] } = differing ?? {};
  const role = roleOf(container);
  const trouble = [...(differing?.trouble ?? []), ...(role === "backup" ? (backup?.problems ?? []) : [])];
  const said = differing === undefined ? undefined : inOneLine(differing);
  return {
    role,
    container: name,
    ...stateOf(container.job, found),
    ...(task === undefined ? {} : { since: task.since }),
    ...(task?.node === undefined ? {} : { node: task.node }),
    listens: [...new Set((container.block.ports ?? []).map(({ external }) => `*:${external}`))],
    ...usageOf(container, usage),
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
function stateOf(job: boolean, found: SwarmServiceState | undefined): { state: string; health: string } {
  if (job && found?.isDone) return { state: "complete", health: "done" };
  const state = found?.task?.state;
  if (state === undefined) return { state: "absent", health: "-" };
  if (job) return { state, health: state === "complete" ? "done" : state };
  return { state, health: state === "running" ? "healthy" : "-" };
}

const nodeWarnings = ({ nodes }: SwarmState): readonly string[] =>
  nodes
    .filter(({ status, availability }) => status !== "ready" || availability !== "active")
    .map(({ name, status, availability }) => `node ${name} is ${status}, availability ${availability}`);
