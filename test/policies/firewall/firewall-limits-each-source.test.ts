import { firewallLimitsEachSource } from "../../../policies/firewall/firewall-limits-each-source.ts";
import { judgesChangesOf } from "../fixture-judging.ts";

const RATE = "update @rate { ip saddr limit rate over 10/second burst 100 packets } counter drop";
const MANY = "add @many { ip saddr ct count over 100 } counter drop";
const TOGETHER =
  "update @often { ip saddr limit rate over 6/minute burst 1 packets } limit rate over 50/second burst 100 packets counter drop";
const ASKED = 'oifname "xi00-*" ct status dnat meta l4proto tcp ct original proto-dst 443';

const judgesLimits = judgesChangesOf({
  type: "file/nftables",
  name: "a port with both limits at both hooks",
  text: `table inet example {
  chain input {
    type filter hook input priority filter - 1; policy accept;
    tcp dport 443 ${RATE}
    tcp dport { 443, 8443 } ${MANY}
  }
  chain forward {
    type filter hook forward priority filter - 1; policy accept;
    ${ASKED} ${RATE}
    ${ASKED} ${MANY}
    ${ASKED} counter accept
    oifname "xi00-*" counter drop
  }
}
`,
});

const rate = "lets one source connect any number of times a second";
const together =
  "lets all sources together connect any number of times a second, which the other hook does not";
const many = "lets one source have any number of connections";

judgesLimits(
  firewallLimitsEachSource,
  "FWL-012",
  [
    {
      name: "no limits",
      change: { [RATE]: "counter", [MANY]: "counter" },
      evidence: [
        `line 11 ${many}`,
        `at the hook input port 443 ${many}`,
        `line 11 ${rate}`,
        `at the hook input port 443 ${rate}`,
      ],
    },
    {
      name: "limits of another port, and behind what lets in",
      change: {
        [`${ASKED} ${RATE}`]: `${ASKED.replace("443", "444")} ${RATE}`,
        [`    ${ASKED} ${MANY}\n    ${ASKED} counter accept`]: `    ${ASKED} counter accept\n    ${ASKED} ${MANY}`,
      },
      evidence: [`line 10 ${many}`, `line 10 ${rate}`],
    },
    {
      name: "a limit for all sources together",
      change: { "ip saddr ct count": "tcp dport ct count" },
      evidence: [`line 11 ${many}`, `at the hook input port 443 ${many}`],
    },
    {
      name: "no limit but one that all sources share",
      change: {
        [`${ASKED} ${RATE}`]: `${ASKED} ${TOGETHER}`,
        [`tcp dport 443 ${RATE}`]: `tcp dport 443 ${TOGETHER}`,
      },
      evidence: [`line 11 ${rate}`, `at the hook input port 443 ${rate}`],
    },
    {
      name: "a limit for all sources together at one hook only",
      change: { [`${ASKED} ${RATE}`]: `${ASKED} ${RATE}\n    ${ASKED} ${TOGETHER}` },
      evidence: [`at the hook input port 443 ${together}`],
    },
    {
      name: "a limit that only counts",
      change: { "over 100 } counter drop": "over 100 } counter" },
      evidence: [`line 11 ${many}`, `at the hook input port 443 ${many}`],
    },
  ],
  [
    {
      name: "sources of IPv6 by their /64",
      change: { "ip saddr": "ip6 saddr & ffff:ffff:ffff:ffff::" },
    },
  ],
);
