import type { Ruleset } from "../files/nftables.ts";
import type { Rule } from "../files/nftables-rules.ts";
import { chainsAt, type Placed, refuses, rulesOf, valuesIn } from "./firewall-chains.ts";

/** The engine's DNAT: what comes later sees the container's address. */
const DSTNAT = -100;

/** Chains that see packets before the engine changes where they go. */
export const chainsBeforeDnat = (ruleset: Ruleset): readonly Placed[] =>
  chainsAt(ruleset, "prerouting").filter(({ chain }) => (chain.hook?.priority ?? 0) < DSTNAT);

/** Whether packets to 127.0.0.0/8 that come through an interface are dropped before the engine's DNAT. */
export const dropsRemoteLoopback = (ruleset: Ruleset): boolean =>
  chainsBeforeDnat(ruleset).some((placed) => rulesOf(placed).some((rule) => drops(rule, placed)));

function drops(rule: Rule, { table }: Placed): boolean {
  const others = rule.matches.filter(({ selector }) => selector !== "ip daddr" && selector !== "iifname");
  const target = rule.matches.find(({ selector }) => selector === "ip daddr");
  const source = rule.matches.find(({ selector }) => selector === "iifname");
  if (!refuses(rule) || rule.isLimited || others.length > 0 || target === undefined || target.isNegated)
    return false;
  const from = source === undefined ? [] : valuesIn(table, source);
  const isFromOutside =
    source === undefined || (source.isNegated ? from.every((name) => name === "lo") : !from.includes("lo"));
  const isNamed = source === undefined || from.length > 0;
  return isFromOutside && isNamed && valuesIn(table, target).includes("127.0.0.0/8");
}
