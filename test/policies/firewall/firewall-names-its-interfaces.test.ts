import { firewallNamesItsInterfaces } from "../../../policies/firewall/firewall-names-its-interfaces.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

const SET = "  set wan {\n    type ifname\n    elements = { }\n  }\n  chain prerouting";

judgesFirewalls(
  firewallNamesItsInterfaces,
  "FWL-007",
  [
    {
      name: "a set that is not there",
      change: { 'iifname { "eth0" } udp': "iifname @wan udp" },
      evidence: ["line 16: iifname @wan has no elements"],
    },
    {
      name: "a set without elements",
      change: { 'iifname { "eth0" } udp': "iifname @wan udp", "  chain prerouting": SET },
      evidence: ["line 20: iifname @wan has no elements"],
    },
    {
      name: "every interface, and none",
      change: {
        'iifname "xi00-*" counter': 'iifname "*" counter',
        'iifname { "eth0" } ip': "iifname { } ip",
      },
      evidence: ["line 17: iifname { } has no elements", "line 32: iifname * is any interface"],
    },
    {
      name: "a variable that nobody set",
      change: { 'iifname { "eth0" } udp': "iifname $wan udp" },
      evidence: ["cannot be judged: line 16: $wan is not defined"],
    },
  ],
  [
    {
      name: "a variable",
      change: {
        "add table": 'define wan = { "eth0", "eth1" }\nadd table',
        'iifname { "eth0" } udp': "iifname $wan udp",
      },
    },
    {
      name: "a set",
      change: {
        'iifname { "eth0" } udp': "iifname @wan udp",
        "  chain prerouting": SET.replace("{ }", '{ "eth0", "eth1" }'),
      },
    },
  ],
);
