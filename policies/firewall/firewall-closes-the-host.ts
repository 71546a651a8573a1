import {
  accepts,
  chainsAt,
  guardedBy,
  ICMP,
  isAboutKnownConnections,
  isFromInside,
  matchOn,
  nameOf,
  type Placed,
  refuses,
  refusesTheRest,
  rulesOf,
  valuesIn,
} from "../facts/firewall-chains.ts";
import { nftables } from "../files/nftables.ts";
import type { Rule } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

const CONTAINERS_ONLY = {
  notEnforceable:
    "no rule of the file guards the machine itself at the hook input: its own services are guarded elsewhere, or not at all; ss -tln shows what listens",
};

/** Matches that say nothing about who asks for what. */
const VAGUE: readonly string[] = ["iifname", "iif", "nfproto", "l4proto"];

export const firewallClosesTheHost = definePolicy({
  id: "FWL-002",
  severity: "critical",
  title: "a port that nobody declared is closed on the machine itself",
  why: "Services of the machine that listen on every address are open until something closes them.",
  avoid: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy accept;
    tcp dport 22 accept
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
    ct state established,related accept
    tcp dport 22 accept
  }
}`,
  allowed:
    "a chain at the hook input that ends in drop, accepts loopback and established connections, and else only by port, protocol or state",
  fix: "set policy drop, and accept the declared ports one by one",
  source: "nft(8)",
  looksAt: ["file/nftables"],
  check: (file) => {
    const ruleset = nftables(file);
    const inside = chainsAt(ruleset, "forward").flatMap(guardedBy);
    const chains = chainsAt(ruleset, "input").filter((placed) => !isAboutContainers(placed, inside));
    return chains.length === 0 ? [CONTAINERS_ONLY] : chains.flatMap(problems);
  },
});

/** Whether a chain lets in what comes from outside as if it were not there: it only speaks of containers and of limits. */
const isAboutContainers = (placed: Placed, inside: readonly string[]) =>
  placed.chain.policy === "accept" &&
  rulesOf(placed).every(
    (rule) =>
      isFromInside(rule, placed, inside) ||
      (refuses(rule) ? rule.isLimited : isAboutKnownConnections(rule) || isLoopback(rule, placed)),
  );

function problems(placed: Placed): readonly string[] {
  const rules = rulesOf(placed);
  const name = nameOf(placed);
  return [
    ...(placed.chain.policy === "drop" ||
    rules.some((rule) => refusesTheRest(rule) && rule.matches.length === 0)
      ? []
      : [`${name} has policy ${placed.chain.policy} and ends without a drop`]),
    ...(rules.some((rule) => accepts(rule) && isLoopback(rule, placed))
      ? []
      : [`${name} does not accept loopback`]),
    ...(rules.some((rule) => accepts(rule) && isAboutKnownConnections(rule))
      ? []
      : [`${name} does not accept established connections`]),
    ...rules
      .filter((rule) => accepts(rule) && !isLoopback(rule, placed) && isVague(rule))
      .map(({ line }) => `line ${line} accepts every port`),
  ];
}

function isLoopback(rule: Rule, { table }: Placed): boolean {
  const source = matchOn(rule, "iifname") ?? matchOn(rule, "iif");
  return source !== undefined && !source.isNegated && valuesIn(table, source).join() === "lo";
}

function isVague({ matches }: Rule): boolean {
  const isIcmp = matches.some(
    ({ selector, values }) =>
      selector === "l4proto" && values.every((value) => ICMP.ipv4.test(value) || ICMP.ipv6.test(value)),
  );
  return !isIcmp && matches.every(({ selector }) => VAGUE.includes(selector));
}
