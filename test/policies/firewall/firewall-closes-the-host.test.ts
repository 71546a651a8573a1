import { expect, test } from "vitest";
import { firewallClosesTheHost } from "../../../policies/firewall/firewall-closes-the-host.ts";
import { judgesFirewalls } from "../firewall-judging.ts";
import { said } from "../reporting.ts";

const CHAIN = "line 10: chain input of table inet example";

judgesFirewalls(
  firewallClosesTheHost,
  "FWL-002",
  [
    {
      name: "a chain that ends open",
      change: { "policy drop": "policy accept", '    counter drop comment "undeclared"\n  }\n\n': "  }\n\n" },
      evidence: [`${CHAIN} has policy accept and ends without a drop`],
    },
    {
      name: "loopback that is shut",
      change: { 'iifname "lo" accept': 'iifname "lo2" tcp dport 1 accept' },
      evidence: [`${CHAIN} does not accept loopback`],
    },
    {
      name: "answers that are shut",
      change: { "    ct state established,related accept\n    ct state invalid": "    ct state invalid" },
      evidence: [`${CHAIN} does not accept established connections`],
    },
    {
      name: "every port of an interface, and of a protocol",
      change: {
        'udp sport 67 udp dport 68 accept comment "DHCP"': "accept\n    meta l4proto tcp counter accept",
      },
      evidence: ["line 16 accepts every port", "line 17 accepts every port"],
    },
    {
      name: "every port by a map, and behind a jump",
      change: {
        "ct state invalid drop": "meta l4proto vmap { udp : accept }\n    jump more",
        "  chain forward": "  chain more {\n    accept\n  }\n  chain forward",
      },
      evidence: ["line 14 accepts every port", "line 24 accepts every port"],
    },
  ],
  [
    { name: "ICMP by its numbers", change: { "{ icmp, ipv6-icmp }": "{ 1, 58 }" } },
    { name: "a drop at the end in place of the policy", change: { "policy drop": "policy accept" } },
  ],
);

test.each([
  ["no chain", ""],
  [
    "a chain about containers and limits alone",
    `chain forward {
      type filter hook forward priority 0; policy accept;
      oifname "xi00-*" counter drop
    }
    chain input {
      type filter hook input priority 0; policy accept;
      ct state established,related accept
      iifname "lo" accept
      iifname { "xi00-edge" } tcp dport 53 accept
      iifname "xi00-*" counter reject
      tcp dport 8883 add @mqtts { ip saddr ct count over 32 } counter drop
    }`,
  ],
])("FWL-002 says that rules with %s do not guard the host", (_, chains) => {
  const text = `table inet x {\n${chains}\n}\n`;
  expect(said(firewallClosesTheHost, { "file/nftables": { Rules: { text } } })).toMatchObject({
    examined: 1,
    findings: [],
    notEnforceable: [expect.stringContaining("no rule of the file guards the machine itself")],
  });
});
