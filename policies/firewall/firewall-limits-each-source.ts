import {
  chainsAt,
  ofOneStack,
  openings,
  type Placed,
  refuses,
  rulesOf,
  valuesIn,
} from "../facts/firewall-chains.ts";
import { nftables, type Ruleset } from "../files/nftables.ts";
import type { Match, Rule } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

const KINDS = ["connections", "rate", "together"] as const;
type Kind = (typeof KINDS)[number];

export const firewallLimitsEachSource = definePolicy({
  id: "FWL-012",
  severity: "medium",
  title: "one source has so many connections to a published port, and opens so many in a second",
  why: "A connection costs memory before anybody has said who they are: without a limit for each source, one of them takes every place, or all memory, of the service behind the port.",
  avoid: `# firewall.nft
table inet example {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct status dnat meta l4proto tcp ct original proto-dst 443 accept
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy accept;
    tcp dport 443 update @rate { ip saddr limit rate over 10/second burst 100 packets } counter drop
    tcp dport 443 add @many { ip saddr ct count over 100 } counter drop
  }
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct status dnat meta l4proto tcp ct original proto-dst 443 update @rate { ip saddr limit rate over 10/second burst 100 packets } counter drop
    ct status dnat meta l4proto tcp ct original proto-dst 443 add @many { ip saddr ct count over 100 } counter drop
    ct status dnat meta l4proto tcp ct original proto-dst 443 accept
  }
}`,
  allowed:
    "at forward, in front of each accept, drops with the same conditions and with add @SET { … saddr ct count over N } and update @SET { … saddr limit rate over N }; at input such drops for the same port, which the engine's proxy may serve",
  fix: "add both drops at both hooks; count an IPv6 source by its /64",
  source: "measured: 10,000 silent connections end a broker that has 256 MiB",
  looksAt: ["file/nftables"],
  check: (file) => {
    const ruleset = nftables(file);
    const all = chainsAt(ruleset, "forward").flatMap((placed) =>
      openings(placed).map((rule) => ({ rule, placed })),
    );
    return ofOneStack(all).flatMap(({ rule, placed }) =>
      KINDS.filter(
        (kind) => kind !== "together" || isLimitedTogether(ruleset, portsOf(rule, placed)),
      ).flatMap((kind) => [
        ...(isLimited(placed, rule, kind) ? [] : [`line ${rule.line} ${MISSING[kind]}`]),
        ...portsOf(rule, placed)
          .filter((port) => !isLimitedAtInput(ruleset, port, kind))
          .map((port) => `at the hook input port ${port} ${MISSING[kind]}`),
      ]),
    );
  },
});

const MISSING: Readonly<Record<Kind, string>> = {
  connections: "lets one source have any number of connections",
  rate: "lets one source connect any number of times a second",
  together: "lets all sources together connect any number of times a second, which the other hook does not",
};

/** Whether all sources together are held back at one of the hooks; then they have to be at the other, too. */
const isLimitedTogether = (ruleset: Ruleset, ports: readonly string[]) =>
  (["forward", "input"] as const)
    .flatMap((hook) => chainsAt(ruleset, hook))
    .some((placed) =>
      rulesOf(placed).some(
        (rule) =>
          limits(rule, "together") &&
          rule.matches.some((match) => valuesIn(placed.table, match).some((value) => ports.includes(value))),
      ),
    );

/** Whether a rule in front of this one refuses a source that has too much of what this one lets in. */
function isLimited(placed: Placed, opening: Rule, kind: Kind): boolean {
  const rules = rulesOf(placed);
  return rules
    .slice(0, rules.indexOf(opening))
    .some((rule) => limits(rule, kind) && isSame(rule.matches, opening.matches));
}

const isLimitedAtInput = (ruleset: Ruleset, port: string, kind: Kind) =>
  chainsAt(ruleset, "input").some((placed) =>
    rulesOf(placed).some(
      (rule) =>
        limits(rule, kind) &&
        rule.matches.some(
          (match) => /^(tcp|th) dport$/.test(match.selector) && valuesIn(placed.table, match).includes(port),
        ),
    ),
  );

const limits = (rule: Rule, kind: Kind) =>
  refuses(rule) &&
  rule.perElement?.kind === (kind === "together" ? "rate" : kind) &&
  (rule.sharesLimit ?? false) === (kind === "together") &&
  /^ip6? saddr\b/.test(rule.perElement.key);

const isSame = (some: readonly Match[], others: readonly Match[]) =>
  JSON.stringify(some) === JSON.stringify(others);

const portsOf = ({ matches }: Rule, { table }: Placed): readonly string[] =>
  matches
    .filter(({ selector }) => selector === "ct original proto-dst")
    .flatMap((match) => valuesIn(table, match));
