import { roleOf } from "../../core/labels.ts";
import { dependentsOf } from "../../runners/containers.ts";
import { changeInWords, type PlannedStep, RUNNER_SECONDS } from "../../runners/plan.ts";
import { seconds } from "../../runners/settings/durations.ts";
import type { SwarmObject } from "../../runners/swarm/observe-swarm.ts";
import type { SwarmDifference } from "./compare.ts";
import type { SwarmPlan } from "./plan.ts";

/** Settings of a service for which no task is made again: Terraform's provider changes a task with each of the others. */
const IN_PLACE = { stack: /^(update|rollback|labels|replicas)\b/, terraform: /^labels\b/ };

const IN_USE =
  "a swarm changes no network in use, so up refuses: exploreiot down, which keeps the data, then up";

/** Why it is to go; somebody else's work is left to a person. */
export const surplusInWords = ({ kind, name, isOfStack }: SwarmObject): readonly string[] => [
  "is not configured",
  ...(isOfStack ? [] : [`it was made in another way, so up refuses: docker ${kind} rm ${name}`]),
];

/** What `up` would do to each service, and who stands still meanwhile. */
export const swarmSteps = (
  plan: SwarmPlan,
  differences: readonly SwarmDifference[],
  way: keyof typeof IN_PLACE,
): readonly PlannedStep[] => differences.map((difference) => stepOf(difference, plan, way));

function stepOf(
  difference: SwarmDifference,
  { model: { stack } }: SwarmPlan,
  way: keyof typeof IN_PLACE,
): PlannedStep {
  const { kind, name, service, surplus, isThere, isCurrent, changes, trouble } = difference;
  const named = { kind, name, changes, standsStill: [] };
  if (surplus !== undefined) return { ...named, action: "remove", reasons: surplusInWords(surplus) };
  if (service === undefined)
    return { ...named, action: "replace", reasons: [...changes.map(changeInWords), IN_USE] };
  if (!isThere) return { ...named, action: "create", reasons: ["is not there"] };
  const isSet = isCurrent && changes.every(({ setting }) => IN_PLACE[way].test(setting));
  if (isSet)
    return {
      ...named,
      action: changes.length === 0 ? "start again" : "change in place",
      reasons: [...changes.map(changeInWords), ...trouble],
    };
  const { container, order } = service;
  const reasons = [
    ...(changes.length === 0 ? ["was deployed from another configuration"] : changes.map(changeInWords)),
    ...trouble,
  ];
  if (container.job) return { ...named, action: "replace", reasons };
  if (order === "start-first") return { ...named, action: "update start-first", reasons };
  return {
    ...{ ...named, action: "update stop-first", reasons },
    awaySeconds: seconds(container.block.healthcheck?.interval) + RUNNER_SECONDS,
    standsStill: dependentsOf(stack, container).map(roleOf),
  };
}
