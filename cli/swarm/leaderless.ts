import { warningsOf } from "../../config/warnings.ts";
import { roleOf } from "../../core/labels.ts";
import { modelOf } from "../../render/model.ts";
import { swarmPlan } from "../../render/swarm/plan.ts";
import { EngineError } from "../../runners/docker/engine-errors.ts";
import { type ContainerState, inspectSome } from "../../runners/docker/observe.ts";
import type { UsageMeter } from "../../runners/docker/usage.ts";
import { followSwarm, isSpread } from "../../runners/swarm/place.ts";
import { readLast } from "../last-readings.ts";
import { usageOf } from "../stack-status.ts";
import type { ContainerStatus, StatusReport } from "../status-output.ts";
import type { Synthesized } from "../synthesize.ts";

/**
 * The report of a manager's own engine while its swarm has no leader: the containers of its node, and of those whose engines can be
 * asked without a manager, go on, and with them the readings.
 *
 * @param reason why the swarm cannot be asked
 * @throws the reason, where it is another one, or no container of the deployment is on this node
 */
export async function nodeReport(
  { deployment, stack, home }: Synthesized,
  meter: UsageMeter | undefined,
  reason: unknown,
): Promise<StatusReport> {
  if (!(reason instanceof EngineError) || reason.trouble !== "no leader") throw reason;
  await followSwarm(stack);
  if (!isSpread()) throw reason;
  const { found } = await inspectSome(stack.containers.map(({ name }) => name));
  const here = new Map(found.map((state) => [state.Name.slice(1), state]));
  const [used, readings] = await Promise.all([
    meter?.look(stack, { containers: here }),
    readLast({ deployment, stack, home }),
  ]);
  const containers = swarmPlan(modelOf(stack, home)).services.map(
    ({ container, name }): ContainerStatus => ({
      role: roleOf(container),
      container: name,
      ...stateOf(here.get(container.name)),
      listens: [...new Set((container.block.ports ?? []).map(({ external }) => `*:${external}`))],
      ...usageOf(container, used?.get(container.name)),
    }),
  );
  const elsewhere = containers.filter(({ state }) => state === "unknown").map(({ role }) => role);
  return {
    ...{ deployment: deployment.name, state: "partly up", asConfigured: false, well: false },
    ...{ containers, certificates: [], resources: [] },
    unknown: [
      reason.message,
      ...reason.remedy,
      `of the nodes alone whose engines are known here, and not compared with what is configured; on none of them: ${elsewhere.join(", ") || "nothing"}`,
      ...(typeof readings === "string" ? [readings] : []),
    ],
    ...(typeof readings === "object" ? { readings } : {}),
    ...{ waived: deployment.policies.waivers, warnings: [...warningsOf(deployment)] },
  };
}

const stateOf = (found: ContainerState | undefined) =>
  found === undefined
    ? { state: "unknown", health: "-" }
    : { state: found.State.Status, health: found.State.Health?.Status ?? "-", since: found.State.StartedAt };
