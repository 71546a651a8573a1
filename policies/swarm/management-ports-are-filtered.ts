import type { Resource, StackDocument } from "../document.ts";
import { accepts, chainsAt, matchOn, type Placed, rulesOf, valuesIn } from "../facts/firewall-chains.ts";
import { nftables } from "../files/nftables.ts";
import type { Match, Rule } from "../files/nftables-rules.ts";
import { definePolicy, type Evidence } from "../policy.ts";

const PORTS = [
  { port: 2377, protocols: ["tcp"] },
  { port: 7946, protocols: ["tcp", "udp"] },
  { port: 4789, protocols: ["udp"] },
];

const ELSEWHERE: Evidence = {
  notEnforceable: "no firewall rules of the nodes are in the stack; scan 2377, 7946 and 4789 from outside",
};

export const managementPortsAreFiltered = definePolicy({
  id: "SWM-014",
  severity: "high",
  title: "the ports of the swarm itself are open to its nodes only",
  why: "`docker swarm init` opens 2377, 7946 and 4789 on every address. Who reaches 4789 writes into overlay networks.",
  avoid: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    tcp dport { 2377, 7946 } accept
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    ip saddr { 192.0.2.11, 192.0.2.12 } tcp dport { 2377, 7946 } accept
    ip saddr { 192.0.2.11, 192.0.2.12 } udp dport { 7946, 4789 } accept
  }
}`,
  allowed: "2377/tcp, 7946/tcp and udp, 4789/udp from the addresses of the nodes",
  fix: "filter them in the firewall of each node, by source address",
  source: "CIS Docker Benchmark 1.6.0, 7.2; Docker documentation, swarm: open protocols and ports",
  looksAt: ["stack", "file/nftables"],
  where: ({ type }, stack) => type !== "stack" || stack.of(["docker_service"]).length > 0,
  // FWL-002 judges ports that no rule of a chain refuses; here it is those that a rule lets in on purpose.
  check: (resource, stack) =>
    resource.type === "stack" ? ofStack(stack) : inputs(resource).flatMap(openPorts),
});

const ofStack = (stack: StackDocument): readonly Evidence[] =>
  stack.of(["file/nftables"]).some((file) => inputs(file).length > 0) ? [] : [ELSEWHERE];

const inputs = (file: Resource): readonly Placed[] => chainsAt(nftables(file), "input");

const openPorts = (placed: Placed): readonly string[] =>
  rulesOf(placed)
    .filter((rule) => accepts(rule) && !saysFromWhere(rule, placed))
    .flatMap((rule) =>
      PORTS.flatMap(({ port, protocols }) =>
        protocols
          .filter((protocol) => isFor(rule, port, { protocol, placed }))
          .map((protocol) => `line ${rule.line} accepts ${port}/${protocol} from everywhere`),
      ),
    );

function isFor(
  rule: Rule,
  port: number,
  { protocol, placed }: { protocol: string; placed: Placed },
): boolean {
  const match = matchOn(rule, `${protocol} dport`) ?? matchOn(rule, "th dport");
  if (match === undefined) return false;
  const limit = matchOn(rule, "l4proto");
  if (limit !== undefined && !valuesIn(placed.table, limit).includes(protocol)) return false;
  return valuesIn(placed.table, match).some((value) => covers(value, port)) !== match.isNegated;
}

/** `7946`, or a range such as `7000-8000`. */
function covers(value: string, port: number): boolean {
  const [first = "", last = first] = value.split("-");
  return Number(first) <= port && port <= Number(last);
}

/** A source address, one that is not every address; an interface that is loopback. */
function saysFromWhere(rule: Rule, { table }: Placed): boolean {
  const isNarrow = (match: Match | undefined) =>
    match !== undefined && !match.isNegated && !valuesIn(table, match).some((value) => /\/0$/.test(value));
  const inside = matchOn(rule, "iifname") ?? matchOn(rule, "iif");
  return (
    isNarrow(matchOn(rule, "ip saddr")) ||
    isNarrow(matchOn(rule, "ip6 saddr")) ||
    (inside !== undefined && !inside.isNegated && valuesIn(table, inside).join() === "lo")
  );
}
