import { describe, expect, test } from "vitest";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { nftablesRuleset } from "../../firewall/nftables.ts";

const rendered = (input: Partial<DeploymentInput>) =>
  nftablesRuleset(parseDeployment({ name: "plant-1", hosts: ["h"], ...input }, "test"));

/** The rules of one chain, without its first line. */
const chain = (text: string, name: string) =>
  new RegExp(` chain ${name} \\{\\n.*\\n((?: {4}.*\\n)*)`)
    .exec(text)?.[1]
    ?.split("\n")
    .map((line) => line.trim())
    .filter(Boolean);

const onHost: DeploymentInput["firewall"] = {
  scope: "host",
  interfaces: ["eth0", "eth1"],
  ssh: { port: 2222, from: ["192.0.2.0/24", "2001:db8::/32"] },
  open: [{ port: 51820, protocol: "udp" }],
};

describe("the rules of a deployment", () => {
  test("for its containers let in what is declared, in a table of its own that is replaced whole", () => {
    expect(rendered({ bind: "lan", frontend: { enabled: false } })).toBe(`#!/usr/sbin/nft -f
# What may reach deployment plant-1: computed from its listeners, do not edit.
add table inet exploreiot_plant-1
delete table inet exploreiot_plant-1

table inet exploreiot_plant-1 {
  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 counter drop comment "loopback from outside"
  }

  chain forward {
    type filter hook forward priority filter - 1; policy accept;
    iifname "xi8aac13-*" accept
    ct state established,related accept
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 8000 counter accept comment "backend"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 1883 counter accept comment "mqtt"
    oifname "xi8aac13-*" limit rate 5/minute burst 10 packets log prefix "exploreiot plant-1 forward " flags all
    oifname "xi8aac13-*" counter drop comment "undeclared, forward"
  }
}
`);
  });

  test("for the whole machine also close its own ports, but for what is declared", () => {
    const text = rendered({ environment: "production", bind: "lan", firewall: onHost });

    expect(text.match(/type filter hook .*/g)).toEqual([
      "type filter hook prerouting priority raw; policy accept;",
      "type filter hook input priority filter - 1; policy drop;",
      "type filter hook forward priority filter - 1; policy accept;",
    ]);
    expect(chain(text, "input")).toEqual([
      'iifname "lo" accept',
      "ct state established,related accept",
      "ct state invalid drop",
      "meta l4proto { 1, 58 } accept",
      'iifname { "eth0", "eth1" } udp sport 67 udp dport 68 accept comment "DHCP"',
      'iifname { "eth0", "eth1" } ip6 saddr fe80::/10 udp dport 546 accept comment "DHCPv6"',
      'meta nfproto ipv4 tcp dport 443 counter accept comment "https"',
      'meta nfproto ipv4 tcp dport 8883 counter accept comment "mqtts"',
      'iifname { "eth0", "eth1" } ip saddr 192.0.2.0/24 tcp dport 2222 counter accept comment "ssh"',
      'iifname { "eth0", "eth1" } ip6 saddr 2001:db8::/32 tcp dport 2222 counter accept comment "ssh"',
      'iifname { "eth0", "eth1" } udp dport 51820 counter accept comment "51820/udp"',
      'limit rate 5/minute burst 10 packets log prefix "exploreiot plant-1 input " flags all',
      'counter drop comment "undeclared, input"',
    ]);
    expect(chain(text, "forward")?.slice(-3)).toEqual([
      'iifname { "eth0", "eth1" } ct status dnat meta l4proto udp ct original proto-dst 51820 counter accept comment "51820/udp"',
      'iifname { "eth0", "eth1" } limit rate 5/minute burst 10 packets log prefix "exploreiot plant-1 routed " flags all',
      'iifname { "eth0", "eth1" } counter drop comment "undeclared, routed"',
    ]);
  });

  test("without a login open none", () => {
    const text = rendered({ firewall: { ...onHost, ssh: { enabled: false } } });

    expect(text).not.toContain("ssh");
  });

  test.each<[string, string, string, string]>([
    ["one IPv4 address", "192.0.2.7", "ct original ip daddr 192.0.2.7", "ip daddr 192.0.2.7"],
    ["one IPv6 address", "2001:db8::7", "ct original ip6 daddr 2001:db8::7", "ip6 daddr 2001:db8::7"],
    ["every IPv4 address", "0.0.0.0", "meta nfproto ipv4", "meta nfproto ipv4"],
    ["every IPv6 address", "::", "meta nfproto ipv6", "meta nfproto ipv6"],
  ])("open a listener on %s there and nowhere else", (_, bind, forward, input) => {
    const text = rendered({ listeners: { mqtt: { bind } }, firewall: onHost });

    expect(chain(text, "forward")?.filter((rule) => rule.includes("mqtt"))).toEqual([
      `oifname "xi8aac13-*" ct status dnat ${forward} meta l4proto tcp ct original proto-dst 1883 counter accept comment "mqtt"`,
    ]);
    expect(chain(text, "input")?.filter((rule) => rule.includes("mqtt"))).toEqual([
      `${input} tcp dport 1883 counter accept comment "mqtt"`,
    ]);
  });

  test.each(["loopback", "127.0.0.53", "::1"])("open nothing for a listener on %s", (bind) => {
    expect(rendered({ bind })).not.toContain("accept comment");
  });
});
