import { type DeploymentRecord, isOfAnotherSpec } from "../record.ts";
import type { Runner } from "../runner.ts";
import { networkChanges } from "../settings/network.ts";
import type { Stack } from "../stack.ts";
import { inspectNetworks, type NetworkState } from "./networks.ts";

/** Networks under our names that the runner can neither judge nor take over: Docker would make a second one of the name. */
export async function networksInTheWay(
  stack: Stack,
  runner: Pick<Runner, "takesOver">,
  owns: (id: string) => boolean,
  record: DeploymentRecord | undefined,
): Promise<readonly NetworkState[]> {
  const found = await inspectNetworks(stack.networks.map(({ name }) => name));
  return found.filter((state) => {
    const spec = stack.networks.find(({ name }) => name === state.Name);
    if (spec === undefined || owns(state.Id)) return false;
    const isOther = networkChanges(spec, state).length > 0 || isOfAnotherSpec(spec, state, record);
    return isOther || !runner.takesOver({ labels: state.Labels ?? {} }, stack);
  });
}
