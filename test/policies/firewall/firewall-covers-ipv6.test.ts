import { firewallCoversIpv6 } from "../../../policies/firewall/firewall-covers-ipv6.ts";
import { FIREWALL } from "../firewall-file.ts";
import { changed, judgesFirewalls } from "../firewall-judging.ts";

const IPV6 = FIREWALL.replace("#!/usr/sbin/nft -f\n", "").replaceAll("table inet", "table ip6");

judgesFirewalls(
  firewallCoversIpv6,
  "FWL-005",
  [
    {
      name: "IPv4 alone",
      change: { "table inet": "table ip" },
      evidence: [
        "at the hook input there is no chain for IPv6",
        "at the hook forward there is no chain for IPv6",
      ],
    },
    {
      name: "IPv6 without neighbour discovery",
      change: { "{ icmp, ipv6-icmp }": "icmp" },
      evidence: ["line 10: chain input of table inet example drops ICMPv6"],
    },
  ],
  [
    { name: "ICMP by its numbers", change: { "{ icmp, ipv6-icmp }": "{ 1, 58 }" } },
    {
      name: "a table for each family",
      change: { [FIREWALL]: changed({ "table inet": "table ip" }) + IPV6 },
    },
    {
      name: "neighbour discovery by its types",
      change: {
        "meta l4proto { icmp, ipv6-icmp }": "icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert }",
      },
    },
  ],
);
