import type { Resource, StackDocument } from "../document.ts";
import { runTogether } from "../facts/compose-profiles.ts";
import {
  externalPort,
  type PublishedPort,
  publishedPorts,
  publishesPorts,
  toldPort,
} from "../facts/ports.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Who binds one port of the host, by address, in the order of the stack. */
type Bindings = Map<string, Resource[]>;

export const hostPortsAreTakenOnce = definePolicy({
  id: "NET-022",
  severity: "high",
  title: "no two containers publish the same host port",
  why: "The second container does not start, and which of the two is the second differs from apply to apply.",
  avoid: `services:
  one: {image: "nginx:1.27", ports: ["8080:80"]}
  two: {image: "httpd:2.4", ports: ["8080:80"]}`,
  prefer: `services:
  one: {image: "nginx:1.27", ports: ["8080:80"]}
  two: {image: "httpd:2.4", ports: ["8081:80"]}`,
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
      const bindings: Bindings = taken.get(key) ?? new Map();
      taken.set(key, bindings);
      const other = addressesOf(port)
        .flatMap((address) => holders(bindings, address))
        .find((holder) => runTogether(holder.block, resource.block));
      if (other !== undefined) {
        const told = `${toldPort(port.block, port.names.external)}/${port.protocol ?? "tcp"}`;
        const evidence = found.get(resource) ?? [];
        evidence.push(`host port ${told} is also taken by ${other.path}`);
        found.set(resource, evidence);
      }
      for (const address of addressesOf(port))
        bindings.set(address, [...(bindings.get(address) ?? []), resource]);
    }
  }
  return found;
});

/** Unset binds every address of both families. */
const addressesOf = ({ ip }: PublishedPort): readonly string[] =>
  ip === undefined || ip === "" ? ["0.0.0.0", "::"] : [String(ip)];

function holders(bindings: Bindings, address: string): readonly Resource[] {
  const isIpv6 = (text: string) => text.includes(":");
  const wildcard = isIpv6(address) ? "::" : "0.0.0.0";
  if (address !== wildcard) return [...(bindings.get(address) ?? []), ...(bindings.get(wildcard) ?? [])];
  return [...bindings].flatMap(([taken, by]) => (isIpv6(taken) === isIpv6(address) ? by : []));
}
