import { describe, expect, test } from "vitest";
import { managementPortsAreFiltered } from "../../../policies/swarm/management-ports-are-filtered.ts";
import { FIREWALL } from "../firewall-file.ts";
import { said } from "../reports.ts";

describe("SWM-014 the ports of the swarm itself are open to its nodes only", () => {
  test("says where to look, since no file of the stack shows it", () => {
    const resource = { docker_service: { web: { name: "web" } } };

    expect(said(managementPortsAreFiltered, { resource })).toEqual({
      examined: 1,
      findings: [],
      relaxed: [],
      notEnforceable: [
        "stack: no firewall rules of the nodes are in the stack; scan 2377, 7946 and 4789 from outside",
      ],
    });
  });

  test("says nothing of a stack without services", () => {
    expect(said(managementPortsAreFiltered, {}).examined).toBe(0);
  });

  const SSH = "ip saddr 192.0.2.0/24 tcp dport 22 counter accept";
  const found = (...rules: string[]) => {
    const text = FIREWALL.replace(SSH, `${SSH}\n    ${rules.join("\n    ")}`);
    const { examined, findings } = said(managementPortsAreFiltered, {}, { "node.nft": text });
    return { examined, findings };
  };

  test.each([
    ["tcp dport 2377 accept", ["2377/tcp"]],
    ["udp dport { 53, 7000-8000 } accept", ["7946/udp"]],
    ["meta l4proto { tcp, udp } th dport 7946 accept", ["7946/tcp", "7946/udp"]],
    ["meta l4proto udp th dport 7946 accept", ["7946/udp"]],
    ["tcp dport != 22 accept", ["2377/tcp", "7946/tcp"]],
    ["ip saddr 0.0.0.0/0 udp dport 4789 accept", ["4789/udp"]],
    ['iifname "eth0" tcp dport 2377 accept', ["2377/tcp"]],
    ["ip saddr != 192.0.2.1 tcp dport 2377 accept", ["2377/tcp"]],
  ])("rejects %s", (rule, ports) => {
    expect(found(rule)).toEqual({
      examined: 1,
      findings: ports.map((port) => `node.nft: line 18 accepts ${port} from everywhere`),
    });
  });

  test.each([
    "ip saddr { 192.0.2.1, 192.0.2.2 } tcp dport { 2377, 7946 } accept",
    "ip6 saddr 2001:db8::/64 udp dport { 4789, 7946 } accept",
    'iifname "lo" tcp dport 2377 accept',
    "tcp dport 4789 accept",
    "tcp dport 2377 drop",
    "tcp dport != { 2377, 7946 } accept",
  ])("accepts %s", (rule) => {
    expect(found(rule)).toEqual({ examined: 1, findings: [] });
  });

  test("leaves a stack with services to the firewall rules that are in it", () => {
    const resource = { docker_service: { web: { name: "web" } } };

    expect(said(managementPortsAreFiltered, { resource }, { "node.nft": FIREWALL })).toEqual({
      examined: 2,
      findings: [],
      relaxed: [],
      notEnforceable: [],
    });
  });
});
