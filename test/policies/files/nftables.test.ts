import { describe, expect, test } from "vitest";
import { parseNftables } from "../../../policies/files/nftables.ts";

/** The rules of a chain with these lines. */
const rules = (...lines: readonly string[]) =>
  parseNftables(`table inet t {\n chain c {\n${lines.join("\n")}\n }\n}`).tables[0]?.chains[0]?.rules;

const plain = { isCounted: false, isLogged: false, isLimited: false };
const match = (selector: string, values: readonly string[], isNegated = false) => ({
  selector,
  isNegated,
  values,
});

describe("a rule of nftables", () => {
  test.each([
    ["meta iifname lo accept", [match("iifname", ["lo"])], { kind: "accept" }],
    ['iifname != { "eth0", "wg*" } drop', [match("iifname", ["eth0", "wg*"], true)], { kind: "drop" }],
    [
      "ct state established,related accept",
      [match("ct state", ["established", "related"])],
      { kind: "accept" },
    ],
    [
      "ct original ip daddr 192.0.2.1 ct original proto-dst @web accept",
      [match("ct original ip daddr", ["192.0.2.1"]), match("ct original proto-dst", ["@web"])],
      { kind: "accept" },
    ],
    [
      "ip saddr . tcp dport { 192.0.2.1 . 22, 192.0.2.2 . 23 } accept",
      [match("ip saddr . tcp dport", ["192.0.2.1 . 22", "192.0.2.2 . 23"])],
      { kind: "accept" },
    ],
    ["fib daddr type local jump x", [match("fib daddr type", ["local"])], { kind: "jump", target: "x" }],
    [
      "tcp dport 1-9 reject with tcp reset",
      [match("tcp dport", ["1-9"])],
      { kind: "reject", target: "with tcp reset" },
    ],
    ["tcp dport {\n 22,\n 23 # later\n } accept", [match("tcp dport", ["22", "23"])], { kind: "accept" }],
  ])("%j", (line, matches, verdict) => {
    expect(rules(line)).toEqual([{ line: 3, matches, verdict, ...plain }]);
  });

  test("counts, logs and limits", () => {
    expect(
      rules(
        'limit rate over 10 kbytes/second burst 5 packets counter packets 0 bytes 0 log prefix "a; b # c" level info flags all comment "x"',
      ),
    ).toEqual([{ line: 3, matches: [], isCounted: true, isLogged: true, isLimited: true }]);
  });

  test.each<[string, object]>([
    [
      "tcp dport 8883 add @many { ip6 saddr & ffff:ffff:ffff:ffff:: ct count over 32 } drop",
      { kind: "connections", key: "ip6 saddr & ffff:ffff:ffff:ffff::" },
    ],
    [
      "tcp dport 8883 update @rate { ip saddr limit rate over 4/second burst 32 packets } drop",
      { kind: "rate", key: "ip saddr" },
    ],
  ])("limits each element of a set: %s", (line, perElement) => {
    expect(rules(line)).toEqual([
      {
        line: 3,
        matches: [match("tcp dport", ["8883"])],
        verdict: { kind: "drop" },
        ...plain,
        isLimited: true,
        perElement,
      },
    ]);
  });

  test("limits each element of a set and all packets together", () => {
    const both = "update @often { ip saddr limit rate over 6/minute } limit rate over 100/second drop";
    expect(rules(both)).toMatchObject([{ perElement: { kind: "rate", key: "ip saddr" }, sharesLimit: true }]);
  });

  test("with a map of verdicts is one rule an entry", () => {
    expect(rules("ct state vmap { established : accept, invalid : jump bad }; accept")).toEqual([
      { line: 3, matches: [match("ct state", ["established"])], verdict: { kind: "accept" }, ...plain },
      {
        line: 3,
        matches: [match("ct state", ["invalid"])],
        verdict: { kind: "jump", target: "bad" },
        ...plain,
      },
      { line: 3, matches: [], verdict: { kind: "accept" }, ...plain },
    ]);
  });

  test.each([
    ["tcp flags & (syn|ack) == syn drop", 'line 3: "&" in a rule is not read here'],
    ["tcp dport > 1024 accept", 'line 3: ">" in a rule is not read here'],
    ["frobnicate accept", 'line 3: "frobnicate" in a rule is not read here'],
    ["iifname", "line 3: the rule ends in the middle"],
    ["iifname $lan accept", "line 3: $lan is not defined"],
  ])("%j is refused", (line, message) => {
    expect(() => rules(line)).toThrow(message);
  });
});

describe("a file of nftables", () => {
  test("has commands, variables, sets and chains", () => {
    const text = `define ports = { 80, 443 }
add table inet a
delete table inet a; table inet a {
  set s { type inet_service; flags interval; elements = { $ports } }
  chain in { type filter hook input priority filter - 10; policy drop; tcp dport $ports accept; }
}
add set inet a more { type ifname; }
add rule inet a in tcp dport @s drop
insert rule inet a in iifname lo accept
flush ruleset ip`;
    const { commands, tables } = parseNftables(text);

    expect(commands.map(({ line, verb, object, table }) => [line, verb, object, table])).toEqual([
      [2, "add", "table", "inet a"],
      [3, "delete", "table", "inet a"],
      [3, "define", "table", "inet a"],
      [7, "add", "set", "inet a"],
      [8, "add", "rule", "inet a"],
      [9, "insert", "rule", "inet a"],
      [10, "flush", "ruleset", undefined],
    ]);
    expect(tables.map(({ sets }) => [...sets])).toEqual([
      [
        ["s", ["80", "443"]],
        ["more", []],
      ],
    ]);
    expect(tables[0]?.chains).toMatchObject([
      { name: "in", line: 5, hook: { type: "filter", name: "input", priority: -10 }, policy: "drop" },
    ]);
    expect(tables[0]?.chains[0]?.rules.map(({ line, verdict }) => [line, verdict?.kind])).toEqual([
      [9, "accept"],
      [5, "accept"],
      [8, "drop"],
    ]);
  });

  test.each([
    ['include "more.nft"', "line 1: other files are not read here"],
    ["tabel inet x", 'line 1: "tabel" is no command'],
    ["table inet x {\n chain c {", "the file ends in the middle"],
    ["table inet x {\n map m { type ipv4_addr : verdict; }\n}", 'line 2: "map" in a table is not read here'],
    ["table inet x {\n chain c { type filter hook input priority soon; }\n}", "is no hook"],
    ['table inet x {\n chain c { log prefix "a\n }\n}', "a quote is not closed"],
    ["delete chain inet x y", '"delete chain" is not read here'],
  ])("%j is refused", (text, message) => {
    expect(() => parseNftables(text)).toThrow(message);
  });
});
