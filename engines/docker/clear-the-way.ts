import { UserError } from "../../config/errors.ts";
import { LABEL } from "../../config/labels.ts";
import type { Drift } from "../drift.ts";
import type { Owned, Report } from "../engine.ts";
import type { DeploymentRecord } from "../record.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { inspectNetworks, removeNetwork } from "./networks.ts";
import { type ContainerState, inspect, labelled } from "./observe.ts";

interface Situation {
  readonly stack: Stack;
  readonly owns: (entry: Owned) => boolean;
  readonly drift: readonly Drift[];
  readonly record: DeploymentRecord | undefined;
  readonly report: Report;
}

/**
 * Removes what an engine would stumble over: containers that drifted (it makes them anew, from the same volumes),
 * and what another engine or an interrupted run left under our names.
 *
 * @throws UserError if a name is taken by a container that never was this deployment's
 */
export async function clearTheWay(situation: Situation): Promise<void> {
  const { stack, owns, drift, record, report } = situation;
  const drifted = new Set(drift.map(({ container }) => container));
  const names = new Set(stack.containers.map(({ name }) => name));
  const present = await candidates(stack);
  refuseForeign(present, stack, record);
  const inTheWay = present.filter((state) => {
    const name = state.Name.slice(1);
    return (
      drifted.has(name) || !names.has(name) || !owns({ Id: state.Id, labels: state.Config.Labels ?? {} })
    );
  });
  for (const state of inTheWay) report(`removing ${state.Name.slice(1)}: ${reasonFor(state, situation)}`);
  await removeContainers(inTheWay);
  await removeForeignNetworks(stack, owns, report);
}

/** Containers with our label or one of our names. */
async function candidates(stack: Stack): Promise<readonly ContainerState[]> {
  const [ours, named] = await Promise.all([
    labelled(stack.name),
    inspect(stack.containers.map(({ name }) => name)),
  ]);
  return [
    ...new Map(
      [...ours, ...named].filter(({ State }) => State !== undefined).map((state) => [state.Id, state]),
    ).values(),
  ];
}

function refuseForeign(
  present: readonly ContainerState[],
  stack: Stack,
  record: DeploymentRecord | undefined,
): void {
  const foreign = present
    .filter(({ Config }) => Config.Labels?.[LABEL.deployment] !== stack.name)
    .map(({ Name }) => Name.slice(1))
    .filter((name) => record?.containers[name] === undefined);
  if (foreign.length === 0) return;
  throw new UserError(
    `container name taken: ${foreign.join(", ")} exists and is not part of deployment ${stack.name}`,
    `remove it if it is not needed: docker rm -f ${foreign.join(" ")}`,
    "or give the deployment another name",
  );
}

function reasonFor({ Name }: ContainerState, { drift, stack }: Situation): string {
  const name = Name.slice(1);
  const found = drift.find(({ container }) => container === name);
  if (found !== undefined) return `it ${found.difference}`;
  return stack.containers.some((container) => container.name === name)
    ? "made by another engine or by a run that was interrupted"
    : "no longer part of the deployment";
}

/** Stops in order, so that a database can finish, and removes. Anonymous volumes go along, named ones never. */
export async function removeContainers(states: readonly ContainerState[]): Promise<void> {
  if (states.length === 0) return;
  const ids = states.map(({ Id }) => Id);
  // Only our own get their time to finish; what stands in the place of one has nothing to lose here.
  const own = states.filter(({ Config }) => Config.Labels?.[LABEL.deployment] !== undefined);
  const paused = states.filter(({ State }) => State.Paused).map(({ Id }) => Id);
  if (paused.length > 0) await run(["docker", "unpause", ...paused], { expected: [0, 1] });
  // The firewall last: while others are attached its rules stay when it ends.
  for (const isLast of [false, true]) {
    const next = own.filter(({ Config }) => (Config.Labels?.[LABEL.role] === "firewall") === isLast);
    if (next.length > 0) await run(["docker", "stop", ...next.map(({ Id }) => Id)], { expected: [0, 1] });
  }
  await run(["docker", "rm", "--force", "--volumes", ...ids], { expected: [0, 1] });
}

/** Networks under our names that another engine made: Docker would make a second one of the same name. */
async function removeForeignNetworks(stack: Stack, owns: Situation["owns"], report: Report): Promise<void> {
  const names = stack.networks.map(({ name }) => name);
  const found = await inspectNetworks(names);
  for (const { Id, Name } of found.filter(({ Id, Labels }) => !owns({ Id, labels: Labels ?? {} }))) {
    report(`removing network ${Name}: made by another engine or by a run that was interrupted`);
    await removeNetwork(Id, Name);
  }
}
