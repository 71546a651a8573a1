import { valuesIn } from "../facts/firewall-chains.ts";
import { nftables, type Table } from "../files/nftables.ts";
import type { Match } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

export const firewallNamesItsInterfaces = definePolicy({
  id: "FWL-007",
  severity: "high",
  title: "interfaces are named wherever rules tell them apart",
  why: "Compared with an empty set nothing is from outside: the rule that accepts what is not accepts everything.",
  avoid: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname != { } accept
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain input {
    type filter hook input priority filter; policy drop;
    iifname "lo" accept
  }
}`,
  allowed: "iifname and oifname with names or sets that have elements; a wildcard only after a prefix",
  fix: "name the interfaces as ip link shows them",
  source: "nft(8)",
  looksAt: ["file/nftables"],
  check: (file) =>
    nftables(file).tables.flatMap((table) =>
      table.chains.flatMap(({ rules }) =>
        rules.flatMap(({ line, matches }) =>
          matches.filter(isAboutInterfaces).flatMap((match) => problem(table, line, match)),
        ),
      ),
    ),
});

const isAboutInterfaces = ({ selector }: Match) => selector === "iifname" || selector === "oifname";

function problem(table: Table, line: number, match: Match): readonly string[] {
  const names = valuesIn(table, match);
  const written = match.values.join(", ");
  if (names.length === 0) return [`line ${line}: ${match.selector} ${written || "{ }"} has no elements`];
  return names.some((name) => /^\*?$/.test(name))
    ? [`line ${line}: ${match.selector} ${written} is any interface`]
    : [];
}
