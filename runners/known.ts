import type { Observation } from "./docker/observe.ts";
import { type DeploymentRecord, isAsDeclared } from "./record.ts";
import type { Stack } from "./stack.ts";

/**
 * The record without the ids of what was replaced since, and is known all the same: `cdktf deploy` may have done it, or
 * an `up` that was killed before it could write the record.
 */
export function withoutKnown(
  record: DeploymentRecord | undefined,
  stack: Stack,
  { containers }: Observation,
  owns: (id: string) => boolean,
): DeploymentRecord | undefined {
  if (record === undefined) return undefined;
  const states = stack.containers.flatMap((spec) => {
    const state = containers.get(spec.name);
    return state === undefined ? [] : [{ spec, state }];
  });
  const known = states.filter(({ spec, state }) => owns(state.Id) || isAsDeclared(spec, state, record));
  const names = new Set(known.map(({ spec }) => spec.name));
  const networks = known.flatMap(({ state }) => Object.entries(state.NetworkSettings.Networks));
  const followed = new Set(networks.filter(([, { NetworkID }]) => owns(NetworkID)).map(([name]) => name));
  const without = (ids: Readonly<Record<string, string>>, gone: ReadonlySet<string>) =>
    Object.fromEntries(Object.entries(ids).filter(([name]) => !gone.has(name)));
  return {
    ...record,
    containers: without(record.containers, names),
    networks: without(record.networks, followed),
  };
}
