import { BlockList, isIP } from "node:net";
import type { OpenPort, Site } from "../site/site.ts";
import { bridgePrefix } from "./bridges.ts";
import { forwardedFromContainers, sentToTheMachine } from "./egress.ts";
import { limitSets, proxyLimit, sourceLimits } from "./source-limits.ts";
import { chain, inRange, names, refusal } from "./text.ts";

/** The kit's own table, one a deployment: nothing outside it is ever read or changed. */
export const tableName = (deployment: string): string => `exploreiot_${deployment}`;

/** Before the engine's own chains, so that counters and log see every packet. A drop is final, an accept is not. */
const PRIORITY = "filter - 1";
const KNOWN = "ct state established,related accept";

/**
 * The rules of a deployment as a file for `nft -f`: one transaction that replaces the deployment's table and no other.
 *
 * Scope `containers` judges what is forwarded to and from the deployment's bridges, and what its containers send to the
 * machine. Scope `host` also judges what else arrives through the external interfaces, for the machine itself or for a
 * container. Both families are judged alike.
 */
export function nftablesRuleset(deployment: Site): string {
  const table = tableName(deployment.name);
  const parts = [
    ...limitSets(reachable(deployment)),
    loopbackChain(),
    inputChain(deployment),
    forwardChain(deployment),
  ];
  return [
    "#!/usr/sbin/nft -f",
    `# What may reach deployment ${deployment.name}, and what it may reach: computed, do not edit.`,
    `add table inet ${table}`,
    `delete table inet ${table}`,
    "",
    `table inet ${table} {`,
    parts.join("\n\n"),
    "}",
    "",
  ].join("\n");
}

/** The engine turns 127.0.0.1 into a container's address no matter which interface a packet came through (moby#41872). */
function loopbackChain(): string {
  return chain("prerouting", "prerouting priority raw; policy accept", [
    'iifname != "lo" ip daddr 127.0.0.0/8 counter drop comment "loopback from outside"',
  ]);
}

/** The machine's own services, and the engine's proxy, which serves published ports where nothing is forwarded. */
function inputChain(deployment: Site): string {
  const isWhole = deployment.firewall.scope === "host";
  return chain("input", `input priority ${PRIORITY}; policy ${isWhole ? "drop" : "accept"}`, [
    KNOWN,
    ...proxyLimit(deployment),
    'iifname "lo" accept',
    ...sentToTheMachine(deployment),
    ...(isWhole ? fromOutside(deployment) : reachable(deployment).flatMap(limitsAtInput)),
  ]);
}

const limitsAtInput = (port: Reachable): readonly string[] =>
  sourceLimits(port, `ct state new ${port.match.input} tcp dport ${port.port}`);

/** Other packets that reach the machine: only those that are declared. */
function fromOutside(deployment: Site): readonly string[] {
  const { name, firewall } = deployment;
  const external = names(firewall.interfaces);
  const own = [
    ...(firewall.ssh.enabled ? [{ ...firewall.ssh, protocol: "tcp", comment: "ssh" }] : []),
    ...firewall.open.map((port) => ({ ...port, comment: `${port.port}/${port.protocol}` })),
  ];
  return [
    "ct state invalid drop",
    // ICMP and ICMPv6. IPv6 ends without neighbour discovery.
    "meta l4proto { 1, 58 } accept",
    // Answers to broadcasts and multicasts belong to no connection.
    `iifname ${external} udp sport 67 udp dport 68 accept comment "DHCP"`,
    `iifname ${external} ip6 saddr fe80::/10 udp dport 546 accept comment "DHCPv6"`,
    ...reachable(deployment).flatMap((port) => [
      ...limitsAtInput(port),
      `${port.match.input} tcp dport ${port.port} counter accept comment "${port.listener}"`,
    ]),
    ...own.flatMap(({ port, protocol, from, comment }) =>
      sources(from).map(
        (source) =>
          `iifname ${external} ${source}${protocol} dport ${port} counter accept comment "${comment}"`,
      ),
    ),
    ...refusal(name, "input", ""),
  ];
}

/** Published and routed ports of containers, and what containers send elsewhere. */
function forwardChain(deployment: Site): string {
  const { name, firewall } = deployment;
  const bridges = `oifname "${bridgePrefix(name)}*"`;
  return chain("forward", `forward priority ${PRIORITY}; policy accept`, [
    KNOWN,
    ...forwardedFromContainers(deployment),
    // The port that was asked for, not the container's: and only if the engine published it.
    ...reachable(deployment).flatMap((allowed) => {
      const asked = `${bridges} ct status dnat ${allowed.match.forward} meta l4proto tcp ct original proto-dst ${allowed.port}`;
      return [...sourceLimits(allowed, asked), `${asked} counter accept comment "${allowed.listener}"`];
    }),
    ...refusal(name, "forward", `${bridges} `),
    ...(firewall.scope === "host" ? routed(deployment) : []),
  ]);
}

/** Scope host: ports of other containers of the machine. */
function routed({ name, firewall }: Site): readonly string[] {
  const external = names(firewall.interfaces);
  return [
    ...firewall.open.flatMap(({ port, protocol, from }) =>
      sources(from).map(
        (source) =>
          `iifname ${external} ${source}ct status dnat meta l4proto ${protocol} ct original proto-dst ${port} counter accept comment "${port}/${protocol}"`,
      ),
    ),
    ...refusal(name, "routed", `iifname ${external} `),
  ];
}

interface Reachable extends OpenPort {
  /** How the address that was asked for is told, after DNAT and before. */
  readonly match: { readonly forward: string; readonly input: string };
}

/** The declared ports that are open beyond loopback. */
const reachable = ({ ports }: Site): readonly Reachable[] =>
  ports
    .filter(({ address }) => !isLoopback(address))
    .map((allowed) => ({ ...allowed, match: addressMatch(allowed.address) }));

function addressMatch(address: string): Reachable["match"] {
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  if (isWildcard(address)) return { forward: `meta nfproto ${family}`, input: `meta nfproto ${family}` };
  const ip = family === "ipv6" ? "ip6" : "ip";
  return { forward: `ct original ${ip} daddr ${address}`, input: `${ip} daddr ${address}` };
}

const LOOPBACK = addresses((list) => {
  list.addSubnet("127.0.0.0", 8, "ipv4");
  list.addAddress("::1", "ipv6");
});
const WILDCARD = addresses((list) => {
  list.addAddress("0.0.0.0", "ipv4");
  list.addAddress("::", "ipv6");
});

function addresses(fill: (list: BlockList) => void): BlockList {
  const list = new BlockList();
  fill(list);
  return list;
}

const isIn = (list: BlockList, address: string) => list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
const isLoopback = (address: string) => isIn(LOOPBACK, address);
const isWildcard = (address: string) => isIn(WILDCARD, address);

/** Nobody named means everybody. */
const sources = (from: readonly string[]): readonly string[] =>
  from.length === 0 ? [""] : from.map((range) => `${inRange("saddr", range)} `);
