import { firewallDropsAreSeen } from "../../../policies/firewall/firewall-drops-are-seen.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

judgesFirewalls(firewallDropsAreSeen, "FWL-008", [
  {
    name: "drops that nobody counts",
    change: { "counter drop": "drop" },
    evidence: [
      "line 8 drops without a counter",
      "line 19 drops without a counter",
      "line 29 drops without a counter",
    ],
  },
  {
    name: "a refusal of what containers send that nobody sees",
    change: {
      'limit rate 5/minute burst 10 packets log prefix "example from containers "': "counter",
      'iifname "xi00-*" counter reject': 'iifname "xi00-*" reject',
    },
    evidence: ["line 32 drops without a counter", "line 32 drops without a log"],
  },
  {
    name: "a policy in place of the last drop",
    change: { '    counter drop comment "undeclared"\n  }\n\n': "  }\n\n" },
    evidence: ["line 10: chain input of table inet example drops by its policy, which counts nothing"],
  },
  {
    name: "a log without a limit",
    change: {
      '    limit rate 5/minute burst 10 packets log prefix "example input': '    log prefix "example input',
    },
    evidence: ["line 18 logs without a limit"],
  },
  {
    name: "no log",
    change: { 'limit rate 5/minute burst 10 packets log prefix "example forward " flags all': "counter" },
    evidence: ["line 29 drops without a log"],
  },
]);
