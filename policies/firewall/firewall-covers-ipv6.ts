import {
  accepts,
  chainsAt,
  ICMP,
  matchOn,
  nameOf,
  type Placed,
  refusesTheRest,
  rulesOf,
} from "../facts/firewall-chains.ts";
import { nftables, type Ruleset } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

export const firewallCoversIpv6 = definePolicy({
  id: "FWL-005",
  severity: "high",
  title: "the rules hold for IPv4 and IPv6",
  why: "A table of the family ip sees nothing of IPv6. And IPv6 without neighbour discovery ends within a minute.",
  avoid: `# firewall.nft
table ip example {
  chain input {
    type filter hook input priority filter; policy drop;
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    meta l4proto { icmp, ipv6-icmp } accept
  }
}`,
  allowed:
    "tables of the family inet, or one of ip and one of ip6 with the same hooks; ICMPv6 accepted at input",
  fix: "use table inet",
  source: "nft(8); RFC 4890",
  looksAt: ["file/nftables"],
  check: (file) => {
    const ruleset = nftables(file);
    return [
      ...["input", "forward"].flatMap((hook) => uncovered(ruleset, hook)),
      ...chainsAt(ruleset, "input")
        .filter(endsDiscovery)
        .map((placed) => `${nameOf(placed)} drops ICMPv6`),
    ];
  },
});

function uncovered(ruleset: Ruleset, hook: string): readonly string[] {
  const families = chainsAt(ruleset, hook).map(({ table }) => table.family);
  if (families.length === 0 || families.includes("inet")) return [];
  return ["ip", "ip6"]
    .filter((family) => !families.includes(family))
    .map((family) => `at the hook ${hook} there is no chain for ${family === "ip" ? "IPv4" : "IPv6"}`);
}

function endsDiscovery(placed: Placed): boolean {
  const rules = rulesOf(placed);
  const isClosed = placed.chain.policy === "drop" || rules.some(refusesTheRest);
  if (!isClosed || placed.table.family === "ip") return false;
  return !rules.some(
    (rule) =>
      accepts(rule) &&
      (matchOn(rule, "l4proto")?.values.some((value) => ICMP.ipv6.test(value)) ||
        matchOn(rule, "icmpv6 type")?.values.includes("nd-neighbor-solicit")),
  );
}
