import { chainsAt, openings } from "../facts/firewall-chains.ts";
import { nftables } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

export const firewallMatchesTheHostPort = definePolicy({
  id: "FWL-004",
  severity: "high",
  title: "rules about published ports match the port that was asked for",
  why: "At forward the packet already carries the container's port: `dport 443` closes a port that is mapped to 8443, and opens every container that happens to listen on 443 inside.",
  avoid: `# firewall.nft
table inet example {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct status dnat tcp dport 8443 accept
  }
}`,
  prefer: `# firewall.nft
table inet example {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct status dnat meta l4proto tcp ct original proto-dst 443 accept
  }
}`,
  allowed: "ct original proto-dst at the hook forward, no dport",
  fix: "replace tcp dport with meta l4proto tcp ct original proto-dst",
  source: "measured; Docker documentation, packet filtering and firewalls",
  looksAt: ["file/nftables"],
  check: (file) =>
    chainsAt(nftables(file), "forward").flatMap((placed) =>
      openings(placed).flatMap(({ line, matches }) =>
        matches
          .filter(({ selector }) => selector.endsWith(" dport"))
          .map(({ selector }) => `line ${line} matches ${selector}, the container's port`),
      ),
    ),
});
