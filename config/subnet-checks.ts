import { isIP, isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";
import type { Problem } from "../core/problems.ts";
import { edgeSubnet, hasNoHostPart, networkOf, overlap } from "../core/subnets.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { completeListeners, openListeners } from "../services/listeners.ts";
import type { NetworkName } from "../site/settings.ts";

/** Prefix lengths with room for a gateway and a few containers, and no wider than private ranges are. */
const PREFIX = { ipv4: [8, 29], ipv6: [16, 125] } as const;

export function subnetsAreNetworks({ networks }: ParsedDeployment): readonly Problem[] {
  return subnetsIn(networks).flatMap(({ path, cidr }) => {
    const [address, length] = ipaddr.parseCIDR(cidr);
    const [widest, narrowest] = PREFIX[address.kind()];
    if (length < widest || length > narrowest) {
      const allowed = `a subnet between /${widest} and /${narrowest}`;
      return [{ path, got: cidr, allowed, fix: "choose another prefix length" }];
    }
    if (hasNoHostPart(cidr)) return [];
    const allowed = "the address of the network itself, with no host part";
    return [{ path, got: cidr, allowed, fix: `write ${networkOf(cidr)}` }];
  });
}

/** The declared subnets, with their paths. */
export const subnetsIn = (networks: ParsedDeployment["networks"]) =>
  Object.entries(networks).flatMap(([network, subnets]) =>
    Object.entries(subnets)
      .filter(([, cidr]) => cidr !== undefined)
      .map(([family, cidr]) => ({
        path: `networks.${network}.${family}`,
        cidr: String(cidr),
        network: network as NetworkName,
      })),
  );

export function subnetsAreApart({ networks }: ParsedDeployment): readonly Problem[] {
  const all = subnetsIn(networks);
  return all.flatMap(({ path, cidr }, index) => {
    const other = all.slice(0, index).find((earlier) => overlap(earlier.cidr, cidr));
    if (other === undefined) return [];
    const allowed = `a subnet apart from ${other.path} (${other.cidr})`;
    return [
      { path, got: cidr, allowed, fix: "choose another subnet, or leave it out and the engine picks one" },
    ];
  });
}

export function ipv6NeedsIpv4({ networks }: ParsedDeployment): readonly Problem[] {
  return Object.entries(networks)
    .filter(([, { ipv4, ipv6 }]) => ipv6 !== undefined && ipv4 === undefined)
    .map(([name]) => ({
      path: `networks.${name}.ipv4`,
      got: undefined,
      allowed:
        "an IPv4 subnet next to the IPv6 one: else the engine adds its own and each plan replaces the network",
      fix: "add it",
    }));
}

/** Ranges that no network of containers may have: the kernel keeps these for something else, in both families. */
const KEPT: readonly (readonly [string, string])[] = [
  ["0.0.0.0/8", "this machine"],
  ["127.0.0.0/8", "loopback"],
  ["169.254.0.0/16", "link-local addresses and the metadata of clouds"],
  ["224.0.0.0/4", "groups"],
  ["240.0.0.0/4", "nobody"],
  ["::/96", "this machine and loopback"],
  ["::ffff:0:0/96", "IPv4 addresses"],
  ["fe80::/10", "link-local addresses"],
  ["ff00::/8", "groups"],
];

export function subnetsAreUsable({ networks }: ParsedDeployment): readonly Problem[] {
  return subnetsIn(networks).flatMap(({ path, cidr }) => {
    const kept = KEPT.find(([range]) => overlap(range, cidr));
    if (kept === undefined) return [];
    const allowed = `a subnet apart from ${kept[0]}, which is kept for ${kept[1]}`;
    return [
      { path, got: cidr, allowed, fix: "choose a private one, such as 172.30.1.0/24 or fd00:30:1::/64" },
    ];
  });
}

/** Behind an edge the network between it and the applications has a subnet also where none is stated. */
export function edgeIsApart(deployment: ParsedDeployment): readonly Problem[] {
  const { name, networks } = deployment;
  if (!completeListeners(deployment).https.enabled || networks.edge.ipv4 !== undefined) return [];
  const edge = edgeSubnet(name);
  return subnetsIn(networks)
    .filter(({ cidr }) => overlap(edge, cidr))
    .map(({ path, cidr }) => ({
      path,
      got: cidr,
      allowed: `a subnet apart from ${edge}, which networks.edge gets by the deployment's name`,
      fix: "choose another subnet, or state networks.edge.ipv4",
    }));
}

/** An address of the machine, or one that users type, within a network of containers would lead to a container. */
export function addressesAreOutside(deployment: ParsedDeployment): readonly Problem[] {
  const { bind, hosts = [], networks } = deployment;
  const places = [
    { path: "bind", address: bind },
    ...openListeners(deployment).map(({ at, bind = "" }) => ({
      path: `${at}.bind`,
      address: bind,
    })),
    ...hosts.map((address, index) => ({ path: `hosts.${index}`, address })),
  ];
  return places
    .filter(({ address }) => isAddress(address))
    .flatMap(({ path, address }) => {
      const own = subnetsIn(networks).find(({ cidr }) => overlap(single(address), cidr));
      if (own === undefined) return [];
      const allowed = `an address outside of ${own.path} (${own.cidr}), where containers are`;
      return [{ path, got: address, allowed, fix: "change it, or choose another subnet" }];
    });
}

/** Node compiles what tells IPv6 at the first text that may be one, for 4 ms: a name has no colon. */
const isAddress = (text: string): boolean => isIPv4(text) || (text.includes(":") && isIP(text) !== 0);

const single = (address: string): string => `${address}/${isIP(address) === 6 ? 128 : 32}`;
