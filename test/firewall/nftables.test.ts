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
# What may reach deployment plant-1, and what it may reach: computed, do not edit.
add table inet exploreiot_plant-1
delete table inet exploreiot_plant-1

table inet exploreiot_plant-1 {
  set proxied {
    typeof tcp dport
    size 65535
    flags dynamic
  }

  set backend {
    typeof ip saddr
    size 65535
    flags dynamic
  }

  set backend_rate {
    typeof ip saddr
    size 65535
    flags dynamic, timeout
    timeout 1m
  }

  set mqtt {
    typeof ip saddr
    size 65535
    flags dynamic
  }

  set mqtt_rate {
    typeof ip saddr
    size 65535
    flags dynamic, timeout
    timeout 1m
  }

  set mqtt_often {
    typeof ip saddr
    size 65535
    flags dynamic, timeout
    timeout 1m
  }

  chain prerouting {
    type filter hook prerouting priority raw; policy accept;
    iifname != "lo" ip daddr 127.0.0.0/8 counter drop comment "loopback from outside"
  }

  chain input {
    type filter hook input priority filter - 1; policy accept;
    ct state established,related accept
    iifname "lo" ct state new tcp dport { 8000, 1883 } add @proxied { tcp dport ct count over 4096 } counter drop comment "loopback, too many for the engine's proxy"
    iifname "lo" accept
    iifname "xi8aac13-*" meta l4proto { 1, 58 } accept
    iifname "xi8aac13-*" limit rate 5/minute burst 10 packets log prefix "exploreiot plant-1 containers to the machine " flags all
    iifname "xi8aac13-*" counter reject comment "undeclared, containers to the machine"
    ct state new meta nfproto ipv4 tcp dport 8000 update @backend_rate { ip saddr limit rate over 10/second burst 100 packets } counter drop comment "backend, too fast from one source"
    ct state new meta nfproto ipv4 tcp dport 8000 add @backend { ip saddr ct count over 100 } counter drop comment "backend, too many from one source"
    ct state new meta nfproto ipv4 tcp dport 1883 update @mqtt_rate { ip saddr limit rate over 3/second burst 22 packets } counter drop comment "mqtt, too fast from one source"
    ct state new meta nfproto ipv4 tcp dport 1883 add @mqtt { ip saddr ct count over 22 } counter drop comment "mqtt, too many from one source"
    ct state new meta nfproto ipv4 tcp dport 1883 update @mqtt_often { ip saddr limit rate over 6/minute burst 1 packets } limit rate over 100/second burst 22 packets counter drop comment "mqtt, too fast from all sources"
  }

  chain forward {
    type filter hook forward priority filter - 1; policy accept;
    ct state established,related accept
    iifname "xi8aac13-edge" oifname "xi8aac13-edge" accept
    iifname "xi8aac13-broker" oifname "xi8aac13-broker" accept
    iifname "xi8aac13-data" oifname "xi8aac13-data" accept
    iifname "xi8aac13-*" limit rate 5/minute burst 10 packets log prefix "exploreiot plant-1 from containers " flags all
    iifname "xi8aac13-*" counter reject comment "undeclared, from containers"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 8000 update @backend_rate { ip saddr limit rate over 10/second burst 100 packets } counter drop comment "backend, too fast from one source"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 8000 add @backend { ip saddr ct count over 100 } counter drop comment "backend, too many from one source"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 8000 counter accept comment "backend"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 1883 update @mqtt_rate { ip saddr limit rate over 3/second burst 22 packets } counter drop comment "mqtt, too fast from one source"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 1883 add @mqtt { ip saddr ct count over 22 } counter drop comment "mqtt, too many from one source"
    oifname "xi8aac13-*" ct status dnat meta nfproto ipv4 meta l4proto tcp ct original proto-dst 1883 update @mqtt_often { ip saddr limit rate over 6/minute burst 1 packets } limit rate over 100/second burst 22 packets counter drop comment "mqtt, too fast from all sources"
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
      "ct state established,related accept",
      `iifname "lo" ct state new tcp dport { 443, 8883 } add @proxied { tcp dport ct count over 4096 } counter drop comment "loopback, too many for the engine's proxy"`,
      'iifname "lo" accept',
      'iifname "xi8aac13-*" meta l4proto { 1, 58 } accept',
      'iifname "xi8aac13-*" limit rate 5/minute burst 10 packets log prefix "exploreiot plant-1 containers to the machine " flags all',
      'iifname "xi8aac13-*" counter reject comment "undeclared, containers to the machine"',
      "ct state invalid drop",
      "meta l4proto { 1, 58 } accept",
      'iifname { "eth0", "eth1" } udp sport 67 udp dport 68 accept comment "DHCP"',
      'iifname { "eth0", "eth1" } ip6 saddr fe80::/10 udp dport 546 accept comment "DHCPv6"',
      'ct state new meta nfproto ipv4 tcp dport 443 update @https_rate { ip saddr limit rate over 10/second burst 100 packets } counter drop comment "https, too fast from one source"',
      'ct state new meta nfproto ipv4 tcp dport 443 add @https { ip saddr ct count over 100 } counter drop comment "https, too many from one source"',
      'meta nfproto ipv4 tcp dport 443 counter accept comment "https"',
      'ct state new meta nfproto ipv4 tcp dport 8883 update @mqtts_rate { ip saddr limit rate over 1/second burst 9 packets } counter drop comment "mqtts, too fast from one source"',
      'ct state new meta nfproto ipv4 tcp dport 8883 add @mqtts { ip saddr ct count over 9 } counter drop comment "mqtts, too many from one source"',
      'ct state new meta nfproto ipv4 tcp dport 8883 update @mqtts_often { ip saddr limit rate over 6/minute burst 1 packets } limit rate over 100/second burst 9 packets counter drop comment "mqtts, too fast from all sources"',
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

    expect(chain(text, "forward")?.filter((rule) => rule.endsWith('accept comment "mqtt"'))).toEqual([
      `oifname "xi8aac13-*" ct status dnat ${forward} meta l4proto tcp ct original proto-dst 1883 counter accept comment "mqtt"`,
    ]);
    expect(chain(text, "input")?.filter((rule) => rule.endsWith('accept comment "mqtt"'))).toEqual([
      `${input} tcp dport 1883 counter accept comment "mqtt"`,
    ]);
  });

  test.each(["loopback", "127.0.0.53", "::1"])("open nothing for a listener on %s", (bind) => {
    expect(rendered({ bind })).not.toContain("accept comment");
  });

  test.each<[string, Partial<DeploymentInput>, string]>([
    [
      "an IPv4 address",
      { bind: "lan" },
      "ip saddr limit rate over 3/second burst 22 packets|ip saddr ct count over 22",
    ],
    [
      "a /64 of IPv6",
      { bind: "::" },
      "ip6 saddr & ffff:ffff:ffff:ffff:: limit rate over 3/second burst 22 packets|ip6 saddr & ffff:ffff:ffff:ffff:: ct count over 22",
    ],
    [
      "a source, more where the broker has more memory",
      { bind: "lan", mosquitto: { limits: { memoryMiB: 256 } } },
      "ip saddr limit rate over 9/second burst 90 packets|ip saddr ct count over 90",
    ],
    [
      "a source, as many as are declared",
      { bind: "lan", listeners: { mqtt: { connectionsPerSource: 2000 } } },
      "ip saddr limit rate over 200/second burst 2000 packets|ip saddr ct count over 2000",
    ],
  ])("let %s have so many connections, the same at both hooks", (_, input, expected) => {
    const text = rendered(input);
    const limits = (name: string) =>
      chain(text, name)
        ?.flatMap((rule) => /@mqtt(?:_rate)? \{ (.*) \} counter drop/.exec(rule)?.[1] ?? [])
        .join("|");

    expect([limits("input"), limits("forward")]).toEqual([expected, expected]);
  });

  test.each<[string, Partial<DeploymentInput>, string]>([
    ["a whole core", { bind: "lan" }, "limit rate over 100/second burst 22 packets"],
    [
      "more cores, of which it uses one",
      { bind: "lan", mosquitto: { limits: { cpus: 4 } } },
      "limit rate over 100/second burst 22 packets",
    ],
    [
      "a fifth of a core",
      { bind: "lan", mosquitto: { limits: { cpus: 0.2 } } },
      "limit rate over 20/second burst 22 packets",
    ],
    [
      "a plant of 2,000 behind one address, which comes back at once",
      { bind: "lan", listeners: { mqtt: { connectionsPerSource: 2000 } } },
      "limit rate over 100/second burst 2000 packets",
    ],
  ])(
    "keep all sources together from a broker with %s, but for those that come seldom",
    (_, input, expected) => {
      const total = (name: string) =>
        chain(rendered(input), name)?.flatMap(
          (rule) =>
            /@mqtt_often \{ ip saddr limit rate over 6\/minute burst 1 packets \} (.*) counter drop/.exec(
              rule,
            )?.[1] ?? [],
        );

      expect([total("input"), total("forward")]).toEqual([[expected], [expected]]);
      expect(rendered(input)).not.toMatch(/@(?:frontend|backend)_often/);
    },
  );

  describe("about the way out", () => {
    const out = (input: Partial<DeploymentInput>) => {
      const text = rendered({ bind: "loopback", ...input });
      const accepted = (name: string) => chain(text, name)?.filter((rule) => rule.includes("egress"));
      return { input: accepted("input"), forward: accepted("forward") };
    };
    const names = (bridges: string) =>
      ["udp", "tcp"].flatMap((protocol) =>
        ["ip daddr 0.0.0.0/0", "ip6 daddr ::/0"].map(
          (to) =>
            `iifname { ${bridges} } ${to} ${protocol} dport 53 counter accept comment "egress 53/${protocol}"`,
        ),
      );
    const both = '"xi8aac13-edge", "xi8aac13-broker"';
    const edge = '"xi8aac13-edge"';

    test("open none unless something is declared, not even for names", () => {
      expect(out({})).toEqual({ input: [], forward: [] });
    });

    test("open what is declared, on the machine itself only where it is named, and then names as well", () => {
      const egress = [{ to: ["192.0.2.0/24", "2001:db8::7/128"], port: 8080 }];
      const rule = (to: string) =>
        `iifname { ${both} } ${to} tcp dport 8080 counter accept comment "egress 8080/tcp"`;

      expect(out({ firewall: { egress } })).toEqual({
        input: [rule("ip6 daddr 2001:db8::7/128"), ...names(both)],
        forward: [rule("ip daddr 192.0.2.0/24"), rule("ip6 daddr 2001:db8::7/128"), ...names(both)],
      });
    });

    test("open the webhook of alarms to those next to the broker, where ingest is", () => {
      const broker = '"xi8aac13-broker"';
      const rule = (to: string) =>
        `iifname { ${broker} } ${to} tcp dport 8443 counter accept comment "egress 8443/tcp"`;

      expect(out({ alarms: { webhook: { url: "https://192.0.2.8:8443/iot" } } })).toEqual({
        input: [rule("ip daddr 192.0.2.8/32"), ...names(broker)],
        forward: [rule("ip daddr 192.0.2.8/32"), ...names(broker)],
      });
    });

    test.each<[string, readonly string[], readonly string[], number]>([
      ["https://ca.example.org/dir", [], ["ip daddr 0.0.0.0/0", "ip6 daddr ::/0"], 443],
      ["https://192.0.2.9:14000/dir", ["ip daddr 192.0.2.9/32"], ["ip daddr 192.0.2.9/32"], 14_000],
      ["https://[2001:db8::9]/dir", ["ip6 daddr 2001:db8::9/128"], ["ip6 daddr 2001:db8::9/128"], 443],
    ])("open the ACME directory %s to those next to the renewer", (directory, input, forward, port) => {
      const rule = (to: string) =>
        `iifname { ${edge} } ${to} tcp dport ${port} counter accept comment "egress ${port}/tcp"`;
      const certificate = { source: "acme", email: "admin@example.org", directory } as const;

      expect(
        out({
          ...{ environment: "production", hosts: ["iot.example.org"], tls: { certificate } },
          bind: "loopback",
        }),
      ).toEqual({
        input: [...input.map(rule), ...names(edge)],
        forward: [...forward.map(rule), ...names(edge)],
      });
    });
  });
});
