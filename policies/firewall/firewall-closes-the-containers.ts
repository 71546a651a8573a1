import {
  chainsAt,
  closesTheOutside,
  matchOn,
  nameOf,
  openings,
  type Placed,
} from "../facts/firewall-chains.ts";
import { nftables } from "../files/nftables.ts";
import type { Rule } from "../files/nftables-rules.ts";
import { definePolicy } from "../policy.ts";

export const firewallClosesTheContainers = definePolicy({
  id: "FWL-003",
  severity: "critical",
  title: "from outside, containers are reached through published ports alone",
  why: "Traffic to containers never passes the hook input, so it needs a chain at forward; and without `ct status dnat` a neighbour that routes to a container's address is let in like one that asked for a published port.",
  avoid: `# firewall.nft
table inet example {
  chain forward {
    type filter hook forward priority filter; policy accept;
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "br-web" oifname "br-web" accept
    ct status dnat meta l4proto tcp ct original proto-dst 443 accept
  }
}`,
  allowed:
    "a chain at the hook forward that ends in drop and accepts new connections from outside only with ct status dnat and a port",
  fix: "match ct status dnat and ct original proto-dst in front of accept, and end with drop",
  source: "measured: without ct status dnat a directly routed port 3000 is open",
  looksAt: ["file/nftables"],
  check: (file) => {
    const chains = chainsAt(nftables(file), "forward");
    return chains.length === 0 ? ["no chain at the hook forward"] : chains.flatMap(problems);
  },
});

function problems(placed: Placed): readonly string[] {
  return [
    ...(closesTheOutside(placed)
      ? []
      : [`${nameOf(placed)} has policy ${placed.chain.policy} and ends without a drop`]),
    ...openings(placed).flatMap((rule) => [
      ...(isTranslated(rule) ? [] : [`line ${rule.line} accepts without ct status dnat`]),
      ...(hasPort(rule) ? [] : [`line ${rule.line} accepts every port`]),
    ]),
  ];
}

function isTranslated(rule: Rule): boolean {
  const status = matchOn(rule, "ct status");
  return status !== undefined && !status.isNegated && status.values.join() === "dnat";
}

const hasPort = ({ matches }: Rule) =>
  matches.some(({ selector, isNegated }) => !isNegated && /^ct original proto-dst$| dport$/.test(selector));
