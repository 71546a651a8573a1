import type { Drift } from "../drift.ts";
import { type DeploymentRecord, isOfAnotherSpec } from "../record.ts";
import type { Runner } from "../runner.ts";
import { networkChanges } from "../settings/network.ts";
import type { Stack } from "../stack.ts";
import { inspectNetworks, type NetworkState } from "./networks.ts";

/**
 * Networks under our names that the runner can neither judge nor take over, since Docker would make a second one of the name, and
 * those of an earlier configuration that it does not know.
 *
 * @param drift of the stack
 */
export async function networksInTheWay(
  stack: Stack,
  runner: Pick<Runner, "takesOver">,
  owns: (id: string) => boolean,
  record: DeploymentRecord | undefined,
  drift: readonly Drift[] = [],
): Promise<readonly NetworkState[]> {
  const former = drift.filter(({ kind, surplus }) => kind === "network" && surplus);
  const found = await inspectNetworks([...stack.networks, ...former].map(({ name }) => name));
  return found.filter((state) => {
    const spec = stack.networks.find(({ name }) => name === state.Name);
    if (owns(state.Id)) return false;
    if (spec === undefined) return true;
    const isOther = networkChanges(spec, state).length > 0 || isOfAnotherSpec(spec, state, record);
    return isOther || !runner.takesOver({ labels: state.Labels ?? {} }, stack);
  });
}
