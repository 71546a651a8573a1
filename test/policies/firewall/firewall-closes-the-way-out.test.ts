import { firewallClosesTheWayOut } from "../../../policies/firewall/firewall-closes-the-way-out.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

const INPUT = "line 10: chain input of table inet example";
const FORWARD = "line 22: chain forward of table inet example";
const INSIDE = 'iifname "xi00-edge" oifname "xi00-edge" accept';

judgesFirewalls(
  firewallClosesTheWayOut,
  "FWL-011",
  [
    {
      name: "rules without a chain at input",
      change: { "hook input": "hook output" },
      evidence: ["no chain at the hook input"],
    },
    {
      name: "an input that is open to containers",
      change: { "policy drop": "policy accept", '    counter drop comment "undeclared"\n  }\n\n': "  }\n\n" },
      evidence: [`${INPUT} refuses nothing that containers send`],
    },
    {
      name: "a forward that is open to containers, and one for all that they send",
      change: {
        '    iifname "xi00-*" counter reject comment "undeclared, from containers"\n': "",
        [INSIDE]: 'iifname "xi00-*" accept',
      },
      evidence: [
        `${FORWARD} refuses nothing that containers send`,
        "line 24 accepts everything that containers send",
      ],
    },
    {
      name: "one bridge to another, and any to any",
      change: {
        [INSIDE]: `iifname "xi00-edge" oifname "xi00-data" accept\n    iifname "xi00-*" oifname "xi00-*" accept`,
      },
      evidence: [
        "line 24 accepts everything that containers send",
        "line 25 accepts everything that containers send",
      ],
    },
    {
      name: "a neighbour with all its ports",
      change: { "ip daddr 192.0.2.7/32 tcp dport 443": "ip daddr 192.0.2.7/32" },
      evidence: ["line 30 accepts everything that containers send"],
    },
    {
      name: "the machine with all its ports",
      change: { "ct state invalid drop": 'iifname "xi00-edge" meta l4proto { 1, 6 } accept' },
      evidence: ["line 14 accepts everything that containers send"],
    },
  ],
  [
    {
      name: "an input that refuses containers alone",
      change: {
        "policy drop": "policy accept",
        '    counter drop comment "undeclared"\n  }\n\n':
          '    iifname "xi00-edge" meta l4proto { 1, 58 } accept\n    iifname "xi00-*" counter drop\n  }\n\n',
      },
    },
    { name: "a server for names", change: { "192.0.2.7/32 tcp dport 443": "0.0.0.0/0 udp dport 53" } },
  ],
);
