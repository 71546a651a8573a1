import ipaddr from "ipaddr.js";
import type { Resource, StackDocument } from "../document.ts";
import { unknown } from "../evidence.ts";
import { remembered } from "../facts/remembered.ts";
import { definePolicy, type Evidence } from "../policy.ts";
import { blocks, isKnown, show } from "../values.ts";

/** First and last address as text that sorts like the addresses. */
interface Range {
  readonly first: string;
  readonly last: string;
  readonly cidr: string;
  readonly network: Resource;
}

const PICKED = {
  notEnforceable:
    "the engine picks the subnet at apply, apart from its own networks and from the host's routes of that moment; docker network inspect shows it",
};

export const subnetsDoNotOverlap = definePolicy({
  id: "NET-015",
  severity: "low",
  title: "networks state subnets, and no two overlap",
  why: "Two networks with one subnet cannot both be made, and a subnet that the LAN uses cuts the machine off from it.",
  avoid: `services:
  web: {image: "nginx:1.27", networks: [one, two]}
networks:
  one: {ipam: {config: [{subnet: 10.5.0.0/16}]}}
  two: {ipam: {config: [{subnet: 10.5.9.0/24}]}}`,
  prefer: `services:
  web: {image: "nginx:1.27", networks: [one, two]}
networks:
  one: {ipam: {config: [{subnet: 10.5.0.0/24}]}}
  two: {ipam: {config: [{subnet: 10.5.1.0/24}]}}`,
  allowed: "ipam_config.subnet in CIDR notation, apart from every other subnet of the stack",
  fix: "choose another subnet",
  source: "Docker documentation, docker network create --subnet",
  looksAt: ["docker_network"],
  check: (network, stack) => {
    const stated = subnetsOf(network);
    if (stated.length === 0) return [PICKED];
    return [...stated.flatMap(malformed), ...(overlapsIn(stack).get(network) ?? [])];
  },
});

const subnetsOf = ({ block }: Resource) => blocks(block, "ipam_config").map(({ subnet }) => subnet);

function malformed(subnet: unknown): readonly Evidence[] {
  if (!isKnown(subnet)) return [unknown(`subnet is ${show(subnet)}, known only at apply`)];
  return ipaddr.isValidCIDR(String(subnet)) ? [] : [`subnet is ${show(subnet)}`];
}

/** Sorted by first address, a subnet overlaps another exactly if it begins before the furthest end so far. */
const overlapsIn = remembered((stack: StackDocument): ReadonlyMap<Resource, readonly string[]> => {
  const found = new Map<Resource, string[]>();
  let furthest: Range | undefined;
  const ranges = stack.of(["docker_network"]).flatMap(rangesOf);
  for (const range of ranges.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    if (furthest !== undefined && range.first <= furthest.last) {
      note(found, range, furthest);
      note(found, furthest, range);
    }
    if (furthest === undefined || range.last > furthest.last) furthest = range;
  }
  return found;
});

function note(found: Map<Resource, string[]>, { network, cidr }: Range, other: Range): void {
  const text = `subnet ${cidr} overlaps ${other.cidr} of ${other.network.path}`;
  found.set(network, [...(found.get(network) ?? []), text]);
}

function rangesOf(network: Resource): readonly Range[] {
  return subnetsOf(network)
    .filter((subnet): subnet is string => typeof subnet === "string" && ipaddr.isValidCIDR(subnet))
    .map((cidr) => {
      const [address, length] = ipaddr.parseCIDR(cidr);
      const bits = address
        .toByteArray()
        .map((byte) => byte.toString(2).padStart(8, "0"))
        .join("");
      const shared = `${address.kind()} ${bits.slice(0, length)}`;
      const rest = bits.length - length;
      return { first: shared + "0".repeat(rest), last: shared + "1".repeat(rest), cidr, network };
    });
}
