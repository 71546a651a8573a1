import { firewallClosesTheContainers } from "../../../policies/firewall/firewall-closes-the-containers.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

const CHAIN = "line 22: chain forward of table inet example";

judgesFirewalls(
  firewallClosesTheContainers,
  "FWL-003",
  [
    {
      name: "a file without the chain",
      change: { "hook forward": "hook postrouting" },
      evidence: ["no chain at the hook forward"],
    },
    {
      name: "a table that is not asked",
      change: { "table inet example {": "table inet example {\n  flags dormant" },
      evidence: ["no chain at the hook forward"],
    },
    {
      name: "a chain that ends open",
      change: { '    oifname "xi00-*" counter drop comment "undeclared"\n': "" },
      evidence: [`${CHAIN} has policy accept and ends without a drop`],
    },
    {
      name: "a drop of some packets only",
      change: { 'oifname "xi00-*" counter drop': 'oifname "xi00-*" ip protocol udp counter drop' },
      evidence: [`${CHAIN} has policy accept and ends without a drop`],
    },
    {
      name: "a port that is reached without translation",
      change: {
        "ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 443": "tcp dport 443",
      },
      evidence: ["line 26 accepts without ct status dnat"],
    },
    {
      name: "every published port",
      change: { "meta l4proto tcp ct original proto-dst 8883 ": "" },
      evidence: ["line 27 accepts every port"],
    },
    {
      name: "all that comes from outside, once by an empty set",
      change: {
        'iifname "xi00-edge" oifname "xi00-edge" accept': 'iifname "eth0" accept\n    iifname != { } accept',
      },
      evidence: [
        "line 24 accepts without ct status dnat",
        "line 24 accepts every port",
        "line 25 accepts without ct status dnat",
        "line 25 accepts every port",
      ],
    },
    {
      name: "new connections with the known ones",
      change: {
        "accept\n    ct state established,related accept\n    oifname":
          "accept\n    ct state established,new accept\n    oifname",
      },
      evidence: ["line 25 accepts without ct status dnat", "line 25 accepts every port"],
    },
  ],
  [
    {
      name: "a chain that names the interfaces outside",
      change: {
        'iifname "xi00-edge" oifname "xi00-edge" accept': 'iifname != { "eth0" } accept',
        'oifname "xi00-*" counter drop': "counter drop",
      },
    },
    {
      name: "a policy in place of the last drop",
      change: {
        "forward priority filter - 1; policy accept": "forward priority filter - 1; policy drop",
        '    oifname "xi00-*" counter drop comment "undeclared"\n': "",
        'iifname "xi00-edge" oifname "xi00-edge" accept': 'iifname "br-*" accept',
      },
    },
  ],
);
