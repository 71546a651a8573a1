import type { Resource, StackDocument } from "../document.ts";
import { externalPort, type PublishedPort, publishedPorts, publishesPorts } from "../facts/ports.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Who binds one port of the host first, by address. */
type Bindings = Map<string, Resource>;

/**
 * The second container does not start, and which of the two is the second differs from apply to apply.
 */
export const hostPortsAreTakenOnce = definePolicy({
  id: "NET-022",
  severity: "high",
  title: "no two containers publish the same host port",
  allowed: "each address, port and protocol once; 0.0.0.0 and :: stand for every address of their family",
  fix: "choose another port on the host, or another address",
  source: "the engine refuses the second: port is already allocated",
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource, stack) => collisionsIn(stack).get(resource) ?? [],
});

const collisionsIn = remembered((stack: StackDocument): ReadonlyMap<Resource, readonly string[]> => {
  const taken = new Map<string, Bindings>();
  const found = new Map<Resource, string[]>();
  for (const resource of stack.of(RUNS)) {
    for (const port of publishedPorts(resource)) {
      if (!(externalPort(port) > 0)) continue;
      const key = `${externalPort(port)}/${port.protocol ?? "tcp"}`;
      const bindings = taken.get(key) ?? new Map<string, Resource>();
      taken.set(key, bindings);
      const other = addressesOf(port)
        .map((address) => holder(bindings, address))
        .find(Boolean);
      if (other !== undefined)
        found.set(resource, [
          ...(found.get(resource) ?? []),
          `host port ${key} is also taken by ${other.path}`,
        ]);
      for (const address of addressesOf(port)) bindings.set(address, bindings.get(address) ?? resource);
    }
  }
  return found;
});

/** Unset binds every address of both families. */
const addressesOf = ({ ip }: PublishedPort): readonly string[] =>
  ip === undefined || ip === "" ? ["0.0.0.0", "::"] : [String(ip)];

function holder(bindings: Bindings, address: string): Resource | undefined {
  const isIpv6 = (text: string) => text.includes(":");
  const wildcard = isIpv6(address) ? "::" : "0.0.0.0";
  if (address !== wildcard) return bindings.get(address) ?? bindings.get(wildcard);
  return [...bindings].find(([taken]) => isIpv6(taken) === isIpv6(address))?.[1];
}
