import { chainsAt, nameOf, type Placed, refuses, refusesTheRest, rulesOf } from "../facts/firewall-chains.ts";
import { nftables } from "../files/nftables.ts";
import type { Match, Rule } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

export const firewallDropsAreSeen = definePolicy({
  id: "FWL-008",
  severity: "medium",
  title: "every dropped packet is counted, and some are logged",
  why: "Counters tell that somebody tries, the log tells who; unlimited, a scan fills the disk with it.",
  avoid: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    drop
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    limit rate 5/minute log prefix "dropped "
    counter drop
  }
}`,
  allowed: "counter in front of drop; at input and forward a log with a limit for all that is dropped",
  fix: "add: limit rate 5/minute log prefix …, and: counter drop",
  source: "nft(8)",
  looksAt: ["file/nftables"],
  check: (file) => {
    const ruleset = nftables(file);
    return ["prerouting", "input", "forward"].flatMap((hook) =>
      chainsAt(ruleset, hook).flatMap((placed) => problems(placed, hook)),
    );
  },
});

function problems(placed: Placed, hook: string): readonly string[] {
  const rules = rulesOf(placed);
  const drops = rules.filter(refuses);
  const last = rules.at(-1);
  return [
    ...drops
      .filter((rule) => !rule.isCounted && !isAboutBrokenPackets(rule))
      .map(({ line }) => `line ${line} drops without a counter`),
    ...(placed.chain.policy === "drop" && (last === undefined || !refuses(last))
      ? [`${nameOf(placed)} drops by its policy, which counts nothing`]
      : []),
    ...rules
      .filter((rule) => rule.isLogged && !rule.isLimited)
      .map(({ line }) => `line ${line} logs without a limit`),
    ...(hook === "prerouting"
      ? []
      : drops
          .filter((refusal) => refusesTheRest(refusal) && !rules.some((rule) => isLogOf(rule, refusal)))
          .map(({ line }) => `line ${line} drops without a log`)),
  ];
}

/** Whether a rule logs all that another one refuses. */
const isLogOf = (rule: Rule, refusal: Rule) =>
  rule.isLogged && rule.matches.every((match) => refusal.matches.some((other) => isSame(match, other)));

const isSame = (one: Match, other: Match) => JSON.stringify(one) === JSON.stringify(other);

/** Packets of no connection come by themselves; nobody has to look at them. */
const isAboutBrokenPackets = ({ matches }: Rule) =>
  matches.some(({ selector, values }) => selector === "ct state" && values.join() === "invalid");
