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
  refusesTheRest,
  rulesOf,
  valuesIn,
} from "../facts/firewall-chains.ts";
import { nftables, type Ruleset } from "../files/nftables.ts";
import type { Rule } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

export const firewallClosesTheWayOut = definePolicy({
  id: "FWL-011",
  severity: "high",
  title: "containers reach the machine and other machines only where that is declared",
  why: "A container that is taken over looks around: at the machine through each gateway, also that of an internal network, and at its neighbours. Published ports are no reason to let it.",
  avoid: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "br-web" accept
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "br-*" drop
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    iifname "br-web" oifname "br-web" accept
    iifname "br-*" drop
  }
}`,
  allowed:
    "at the hooks input and forward a drop or reject of what comes from the bridges; accepted from them: one bridge to itself, ICMP at input, and single ports",
  fix: 'add at both hooks: iifname "BRIDGE" counter reject; in front of it accept what is needed, by address and port',
  source: "measured: a container reaches each service of the machine that listens on every address",
  looksAt: ["file/nftables"],
  check: (file) => {
    const ruleset = nftables(file);
    const inside = chainsAt(ruleset, "forward").flatMap(guardedBy);
    return ["input", "forward"].flatMap((hook) => problemsAt(ruleset, hook, inside));
  },
});

function problemsAt(ruleset: Ruleset, hook: string, inside: readonly string[]): readonly string[] {
  const chains = chainsAt(ruleset, hook);
  if (chains.length === 0) return [`no chain at the hook ${hook}`];
  return chains.flatMap((placed) => {
    const rules = rulesOf(placed);
    const isFromContainers = (rule: Rule) => isFromInside(rule, placed, inside);
    const isClosed =
      placed.chain.policy === "drop" ||
      rules.some((rule) => refusesTheRest(rule) && (rule.matches.length === 0 || isFromContainers(rule)));
    return [
      ...(isClosed ? [] : [`${nameOf(placed)} refuses nothing that containers send`]),
      ...rules
        .filter((rule) => accepts(rule) && isFromContainers(rule) && !isNarrow(rule, placed, hook))
        .map(({ line }) => `line ${line} accepts everything that containers send`),
    ];
  });
}

function isNarrow(rule: Rule, placed: Placed, hook: string): boolean {
  const isForPort = rule.matches.some(({ selector, isNegated }) => !isNegated && / dport$/.test(selector));
  if (isForPort || isAboutKnownConnections(rule)) return true;
  return hook === "input" ? isIcmp(rule, placed) : staysInOneBridge(rule, placed);
}

function isIcmp(rule: Rule, { table }: Placed): boolean {
  const protocol = matchOn(rule, "l4proto");
  return (
    protocol !== undefined &&
    !protocol.isNegated &&
    valuesIn(table, protocol).every((value) => ICMP.ipv4.test(value) || ICMP.ipv6.test(value))
  );
}

/** From a bridge to itself; a name that stands for several bridges leads from one to another. */
function staysInOneBridge(rule: Rule, { table }: Placed): boolean {
  const [from, to] = [matchOn(rule, "iifname"), matchOn(rule, "oifname")];
  if (from === undefined || to === undefined || from.isNegated || to.isNegated) return false;
  const [source = [], target = []] = [from, to].map((match) => valuesIn(table, match));
  return source.length === 1 && !/\*$/.test(source[0] ?? "") && source.join() === target.join();
}
