import ipaddr from "ipaddr.js";
import type { Engine } from "../engine.ts";
import type { NetworkSpec, Stack } from "../stack.ts";
import { inspectNetworks, type NetworkState } from "./networks.ts";

/** Networks under our names that the engine can neither judge nor take over: Docker would make a second one of the name. */
export async function networksInTheWay(
  stack: Stack,
  engine: Pick<Engine, "takesOver">,
  owns: (id: string) => boolean,
): Promise<readonly NetworkState[]> {
  const found = await inspectNetworks(stack.networks.map(({ name }) => name));
  return found.filter((state) => {
    const spec = stack.networks.find(({ name }) => name === state.Name);
    if (spec === undefined || owns(state.Id)) return false;
    return !isNetworkAsDeclared(spec, state) || !engine.takesOver({ labels: state.Labels ?? {} }, stack);
  });
}

/** Compares all that a stack can say about a network. Options that the engine adds do not count. */
export function isNetworkAsDeclared(spec: NetworkSpec, state: NetworkState): boolean {
  const wanted = spec.subnets.map(({ subnet }) => canonical(subnet)).sort();
  const found = (state.IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []).map(canonical);
  return (
    state.Internal === spec.internal &&
    state.EnableIPv6 === spec.ipv6 &&
    Object.entries(spec.options).every(([name, value]) => state.Options?.[name] === value) &&
    (wanted.length === 0 || wanted.join() === found.sort().join())
  );
}

/** A subnet in the one spelling that the library has for it. */
function canonical(subnet: string): string {
  const [address, length] = ipaddr.parseCIDR(subnet);
  return `${address.toNormalizedString()}/${length}`;
}
