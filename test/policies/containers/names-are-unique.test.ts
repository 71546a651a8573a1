import { describe, expect, test } from "vitest";
import { namesAreUnique } from "../../../policies/containers/names-are-unique.ts";
import type { Block } from "../../../policies/values.ts";
import { said } from "../reports.ts";

const joined = (image: string, network: string, ...aliases: string[]): Block => ({
  image,
  networks_advanced: [{ name: network, aliases }],
});
const found = (...[first, second]: readonly Block[]) =>
  said(namesAreUnique, {
    resource: { docker_container: { First: first, ...(second && { Second: second }) } },
  });
const SECOND = "stack/docker_container.Second";

describe("CTR-041 a name, a hostname and an alias lead to one container", () => {
  test.each<[string, Block, Block, string[]]>([
    [
      "the name and the hostname of another",
      { name: "db", hostname: "host" },
      { name: "db", hostname: "host" },
      ['name "db" is also that of', 'hostname "host" is also that of'],
    ],
    [
      "an alias that leads to two programs",
      joined("a:1", "${docker_network.Edge.id}", "web", "api"),
      joined("b:1", "${docker_network.Edge.id}", "api"),
      ['alias "api" is also that of'],
    ],
    [
      "two databases behind one alias",
      joined("postgres:17", "data", "db"),
      joined("postgres:17", "data", "db"),
      ['alias "db" is also that of'],
    ],
  ])("rejects %s", (_, first, second, evidence) => {
    const { examined, findings } = found(first, second);

    expect(examined).toBe(2);
    expect(findings).toEqual(evidence.map((text) => `${SECOND}: ${text} stack/docker_container.First`));
  });

  test("rejects what is known only at apply", () => {
    expect(found({ name: "${var.name}", hostname: "${var.host}" }).findings).toEqual([
      'stack/docker_container.First: name is "${var.name}", known only at apply',
      'stack/docker_container.First: hostname is "${var.host}", known only at apply',
    ]);
  });

  test.each<[string, Block, Block]>([
    ["names of their own", { name: "a" }, { name: "b", hostname: "a" }],
    ["one alias on two networks", joined("a:1", "front", "web"), joined("b:1", "back", "web")],
    ["replicas behind one alias", joined("a:1", "front", "web"), joined("a:1", "front", "web")],
  ])("accepts %s", (_, first, second) => {
    expect(found(first, second)).toEqual({ examined: 2, findings: [], relaxed: [], notEnforceable: [] });
  });
});
