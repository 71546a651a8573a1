import { LABEL } from "../core/labels.ts";
import type { ContainerState, Observation } from "./docker/observe.ts";
import { qualified } from "./docker/observe.ts";
import { endOf, lastAnswer } from "./docker/reasons.ts";
import type { DeploymentRecord } from "./record.ts";
import type { ContainerSpec, Stack } from "./stack.ts";

/** How one container differs from what was deployed. */
export interface Drift {
  readonly container: string;

  /** As a person would say it: "is stopped (exit code 1)". */
  readonly difference: string;
}

/**
 * Compares the engine with the stack and with what the last `up` left behind. Terraform alone would miss some of
 * these: it does not read networks back, nor notice a paused or unhealthy container.
 */
export function findDrift(
  stack: Stack,
  seen: Observation,
  record: DeploymentRecord | undefined,
): readonly Drift[] {
  return stack.containers.flatMap((spec) => {
    const state = seen.containers.get(spec.name);
    const difference = state === undefined ? "is not there" : differenceOf(spec, state, seen, record);
    return difference === undefined ? [] : [{ container: spec.name, difference }];
  });
}

function differenceOf(
  spec: ContainerSpec,
  state: ContainerState,
  { images }: Observation,
  record: DeploymentRecord | undefined,
): string | undefined {
  const { State, Config, Image } = state;
  const recorded = record?.containers[spec.name];
  if (recorded !== undefined && recorded !== state.Id) return "was replaced by another container";
  const image = images.get(qualified(spec.image));
  if (image === undefined) return `runs an image that ${spec.image} no longer names`;
  if (image !== Image) return `runs another image than ${spec.image}`;
  if (Config.Labels?.[LABEL.configHash] !== spec.labels[LABEL.configHash]) {
    return "has another configuration";
  }
  // It has exit code 0 from the start: a run that was killed may have made it and not started it.
  if (spec.job && State.Status === "created") return "was never started";
  if (spec.job)
    return State.Running || State.ExitCode === 0
      ? undefined
      : `failed (${endOf(State.ExitCode, spec, State.OOMKilled)})`;
  if (State.Paused) return "is paused";
  if (!State.Running || State.Restarting)
    return `is ${State.Status} (${endOf(State.ExitCode, spec, State.OOMKilled)})`;
  if (State.Health?.Status === "unhealthy")
    return ["is unhealthy", lastAnswer(state)].filter(Boolean).join(": ");
  return portDifference(spec, state) ?? networkDifference(spec, state, record);
}

function portDifference({ block }: ContainerSpec, { HostConfig }: ContainerState): string | undefined {
  const wanted = (block.ports ?? []).map(
    ({ internal, external, ip, protocol }) => `${ip}:${external}->${internal}/${protocol}`,
  );
  const found = Object.entries(HostConfig.PortBindings ?? {}).flatMap(([inside, bindings]) =>
    bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}->${inside}`),
  );
  return same(wanted, found)
    ? undefined
    : `publishes ${found.join(", ") || "nothing"} instead of ${wanted.join(", ") || "nothing"}`;
}

function networkDifference(
  spec: ContainerSpec,
  { NetworkSettings }: ContainerState,
  record: DeploymentRecord | undefined,
): string | undefined {
  if (spec.block.network_mode !== undefined) return undefined;
  const wanted = spec.networks.map(({ name }) => name);
  const found = Object.keys(NetworkSettings.Networks);
  if (!same(wanted, found))
    return `is on ${found.join(", ") || "no network"} instead of ${wanted.join(", ")}`;
  const moved = wanted.find((name) => {
    const recorded = record?.networks[name];
    return recorded !== undefined && recorded !== NetworkSettings.Networks[name]?.NetworkID;
  });
  return moved === undefined ? undefined : `is on another network than before that is also called ${moved}`;
}

const same = (a: readonly string[], b: readonly string[]) => a.toSorted().join() === b.toSorted().join();
