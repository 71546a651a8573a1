import { UserError } from "../../core/errors.ts";
import { LABEL } from "../../core/labels.ts";
import { type Drift, difference } from "../drift.ts";
import { type DeploymentRecord, isAsDeclared } from "../record.ts";
import { run } from "../run.ts";
import { isChangedInPlace, type Report, type Runner } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { networksInTheWay } from "./declared-networks.ts";
import { type NetworkState, removeNetwork } from "./networks.ts";
import { type ContainerState, inspect, labelled } from "./observe.ts";

export interface Situation {
  readonly stack: Stack;
  readonly runner: Pick<Runner, "takesOver" | "changesInPlace">;

  /** Whether the runner judges a container for itself, by id; see `Runner.ownership`. */
  readonly owns: (id: string) => boolean;
  readonly drift: readonly Drift[];
  readonly record: DeploymentRecord | undefined;
}

/** The containers and networks that a runner would stumble over. */
export interface InTheWay {
  readonly containers: readonly { readonly state: ContainerState; readonly reason: string }[];
  readonly networks: readonly NetworkState[];
}

/**
 * Containers to remove before a runner works: those that drifted (it makes them again, from the same volumes),
 * and those that another runner or an interrupted run left under our names, unless one is known to be as declared.
 *
 * @throws UserError if a name is taken by a container that never was this deployment's
 */
export async function findInTheWay(situation: Situation): Promise<InTheWay> {
  const { stack, runner, owns, record } = situation;
  const [present, networks] = await Promise.all([
    candidates(stack),
    networksInTheWay(stack, runner, owns, record, situation.drift),
  ]);
  refuseForeign(present, stack, record);
  const lost = new Set(networks.map(({ Id }) => Id));
  const containers = present.flatMap((state) => {
    const reason = reasonFor(state, situation, lost);
    return reason === undefined ? [] : [{ state, reason }];
  });
  return { containers, networks };
}

/** Removes what is in the way. @throws UserError as `findInTheWay` */
export async function clearTheWay(situation: Situation, report: Report): Promise<void> {
  const { containers, networks } = await findInTheWay(situation);
  for (const { state, reason } of containers) report(`removing ${state.Name.slice(1)}: ${reason}`);
  await removeContainers(containers.map(({ state }) => state));
  for (const { Id, Name } of networks) {
    report(`removing network ${Name}: it is not as declared, or was made by something else`);
    await removeNetwork(Id, Name);
  }
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

/** Why a container cannot stay as it is; undefined if it can. */
function reasonFor(
  state: ContainerState,
  { drift, stack, runner, owns, record }: Situation,
  lost: ReadonlySet<string>,
): string | undefined {
  const name = state.Name.slice(1);
  const found = drift.find((entry) => entry.kind === "container" && entry.name === name);
  if (found !== undefined && !(owns(state.Id) && isChangedInPlace(found, runner)))
    return `it ${difference(found)}`;
  const spec = stack.containers.find((container) => container.name === name);
  if (spec === undefined) return "no longer part of the deployment";
  const attached = Object.entries(state.NetworkSettings.Networks);
  const [network] = attached.find(([, { NetworkID }]) => lost.has(NetworkID)) ?? [];
  if (network !== undefined) return `its network ${network} is made again`;
  if (owns(state.Id) || isAsDeclared(spec, state, record)) return undefined;
  return record?.specs[state.Id] !== undefined || state.Config.Labels?.[LABEL.spec] !== undefined
    ? "it has another configuration"
    : "made by another runner or by a run that was interrupted";
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
