import { firewallDropsRemoteLoopback } from "../../../policies/firewall/firewall-drops-remote-loopback.ts";
import { judgesFirewalls } from "../firewall-judging.ts";

const RULE = 'iifname != "lo" ip daddr 127.0.0.0/8 counter drop';
const evidence = ["no rule in front of the engine's DNAT drops 127.0.0.0/8 from other interfaces"];

judgesFirewalls(
  firewallDropsRemoteLoopback,
  "FWL-006",
  [
    { name: "no rule", change: { [`    ${RULE} comment "loopback from outside"\n`]: "" }, evidence },
    { name: "an accept", change: { [RULE]: RULE.replace("drop", "accept") }, evidence },
    { name: "one address of it", change: { "127.0.0.0/8": "127.0.0.2" }, evidence },
    { name: "a drop of what is local", change: { [RULE]: RULE.replace("!= ", "") }, evidence },
    { name: "a drop of TCP to some port", change: { [RULE]: `tcp dport 80 ${RULE}` }, evidence },
    { name: "a drop of all else", change: { "ip daddr 127": "ip daddr != 127" }, evidence },
    { name: "a chain after the engine's", change: { "priority raw": "priority dstnat + 1" }, evidence },
    { name: "a chain elsewhere", change: { "hook prerouting": "hook postrouting" }, evidence },
    {
      name: "a set of interfaces without elements",
      change: { 'iifname != "lo" ip': "iifname @wan ip" },
      evidence,
    },
  ],
  [
    { name: "every interface", change: { 'iifname != "lo" ip': "ip" } },
    { name: "a number as priority", change: { "priority raw": "priority -301" } },
    { name: "an offset", change: { "priority raw": "priority mangle - 10" } },
  ],
);
