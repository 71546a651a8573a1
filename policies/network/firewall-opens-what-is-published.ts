import type { Resource, StackDocument } from "../document.ts";
import {
  chainsAt,
  matchOn,
  type Opening,
  ofOneStack,
  openings,
  type Placed,
  valuesIn,
} from "../facts/firewall-chains.ts";
import { externalPort, isOpen, publishedPorts } from "../facts/ports.ts";
import { RUNS } from "../facts/services.ts";
import { nftables } from "../files/nftables.ts";
import type { Rule } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

/** A port of the host that is published beyond loopback. */
interface Declared {
  readonly port: number;
  readonly protocol: string;
  readonly isIpv6: boolean;
  readonly resource: Resource;
}

export const firewallOpensWhatIsPublished = definePolicy({
  id: "NET-024",
  severity: "high",
  title: "the firewall opens exactly the published ports",
  why: "A port that the rules do not open is a service nobody reaches; one that they open and nobody publishes waits for the next program that is published there.",
  avoid: `services:
  web: {image: "haproxy:3.0", networks: [web], ports: ["0.0.0.0:443:443"]}
  firewall:
    image: exploreiot/firewall:1.0
    configs: [{source: rules, target: /etc/nftables.conf}]
    network_mode: host
networks: {web: {}}
configs:
  rules:
    content: |
      table inet example {
        chain forward {
          type filter hook forward priority filter; policy drop;
          ct status dnat meta l4proto tcp ct original proto-dst { 443, 5432 } accept
        }
      }`,
  prefer: `services:
  web: {image: "haproxy:3.0", networks: [web], ports: ["0.0.0.0:443:443"]}
  firewall:
    image: exploreiot/firewall:1.0
    configs: [{source: rules, target: /etc/nftables.conf}]
    network_mode: host
networks: {web: {}}
configs:
  rules:
    content: |
      table inet example {
        chain forward {
          type filter hook forward priority filter; policy drop;
          ct status dnat meta l4proto tcp ct original proto-dst 443 accept
        }
      }`,
  allowed: "ct original proto-dst with each host port that is published beyond loopback, and with no other",
  fix: "compute the rules from the published ports; publish the port, or remove its rule",
  source: "docs/architecture.md, firewall",
  looksAt: ["file/nftables"],
  where: (_, stack) => stack.of(RUNS).length > 0,
  check: (file, stack) => {
    const all = chainsAt(nftables(file), "forward").flatMap((placed) =>
      openings(placed).map((rule) => ({ rule, placed })),
    );
    const declared = declaredPorts(stack);
    return [
      ...declared
        .filter((port) => !all.some((opening) => opens(opening, port)))
        .map(
          ({ port, protocol, resource }) =>
            `${resource.path} publishes ${port}/${protocol}, which no rule opens`,
        ),
      ...ofOneStack(all).flatMap((opening) => undeclared(opening, declared)),
    ];
  },
});

const declaredPorts = (stack: StackDocument): readonly Declared[] =>
  stack.of(RUNS).flatMap((resource) =>
    publishedPorts(resource)
      .filter(isOpen)
      .map((port) => ({
        port: externalPort(port),
        protocol: String(port.protocol ?? "tcp"),
        isIpv6: String(port.ip).includes(":"),
        resource,
      })),
  );

function opens({ rule, placed }: Opening, { port, protocol, isIpv6 }: Declared): boolean {
  const layer = matchOn(rule, "l4proto");
  const family = familyOf(rule, placed);
  return (
    portsOf({ rule, placed }).some(([first, last]) => first <= port && port <= last) &&
    (layer === undefined || valuesIn(placed.table, layer).includes(protocol)) &&
    (family === undefined || family === (isIpv6 ? "ipv6" : "ipv4"))
  );
}

function familyOf(rule: Rule, { table }: Placed): string | undefined {
  const said = matchOn(rule, "nfproto")?.values[0];
  if (said !== undefined) return said;
  const address = rule.matches.find(({ selector }) => /^ct original ip6? daddr$/.test(selector))?.selector;
  if (address !== undefined) return address.includes("ip6") ? "ipv6" : "ipv4";
  return table.family === "inet" ? undefined : table.family === "ip6" ? "ipv6" : "ipv4";
}

/** First and last port of each element. */
function portsOf({ rule, placed }: Opening): readonly (readonly [number, number])[] {
  const match = matchOn(rule, "ct original proto-dst");
  if (match === undefined || match.isNegated) return [];
  return valuesIn(placed.table, match).map((value) => {
    const [first = "", last = first] = value.split("-");
    return [Number(first), Number(last)];
  });
}

const undeclared = (opening: Opening, declared: readonly Declared[]) =>
  portsOf(opening)
    .filter(([first, last]) => first !== last || !declared.some(({ port }) => port === first))
    .map(
      ([first, last]) =>
        `line ${opening.rule.line} opens ${first === last ? first : `${first}-${last}`}, which nothing publishes`,
    );
