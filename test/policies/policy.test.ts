import { describe, expect, test } from "vitest";
import { definePolicy, evaluate, stackCanBeRead } from "../../policies/policy.ts";
import { reportOf } from "./judging.ts";

/** Finds the `name` of each container. */
const naming = definePolicy({
  id: "TST-001",
  title: "nothing has a name",
  allowed: "no name",
  fix: "remove the name",
  looksAt: ["docker_container"],
  where: ({ block }) => block.skip !== true,
  check: ({ block }) => {
    if (block.name === "boom") throw new Error("boom");
    return block.name === undefined ? [] : [`name is ${block.name}`];
  },
});

const containers = (docker_container: unknown) => ({
  "//": { metadata: { stackName: "demo" } },
  resource: { docker_container },
});

const found = (path: string, evidence: string) => ({
  policy: "TST-001",
  path,
  evidence,
  allowed: "no name",
  fix: "remove the name",
});

describe("evaluate", () => {
  test("examines every resource of the type and tells what it found, with construct paths", () => {
    const json = containers({
      A: { "//": { metadata: { path: "demo/A" } }, name: "a" },
      B: {},
      C: { skip: true, name: "c" },
      D: { name: "d" },
    });

    expect(reportOf(naming, json)).toEqual({
      examined: 3,
      findings: [found("demo/A", "name is a"), found("demo/docker_container.D", "name is d")],
    });
  });

  test("a rule that throws is a finding, and the other resources are still judged", () => {
    expect(reportOf(naming, containers({ A: { name: "boom" }, B: { name: "b" } }))).toEqual({
      examined: 2,
      findings: [
        found("demo/docker_container.A", "cannot be judged: boom"),
        found("demo/docker_container.B", "name is b"),
      ],
    });
  });

  test("a condition that throws is a finding too", () => {
    const where = () => {
      throw new Error("no idea");
    };

    expect(reportOf({ ...naming, where }, containers({ A: {} }))).toEqual({
      examined: 1,
      findings: [found("demo/docker_container.A", "cannot be judged: no idea")],
    });
  });

  test.each([
    { given: "in lists", json: { resource: [{ docker_container: [{ A: [{ name: "a" }] }] }, {}] } },
    {
      given: "beside a comment",
      json: { resource: { "//": "x", docker_container: { "//": 1, A: { name: "a" } } } },
    },
  ])("reads resources $given", ({ json }) => {
    expect(reportOf(naming, json)).toEqual({
      examined: 1,
      findings: [found("stack/docker_container.A", "name is a")],
    });
  });

  test("follows no reference to what is not there", () => {
    const follows = {
      ...naming,
      check: naming.check,
      where: (_: unknown, stack: { follow(v: unknown): unknown }) =>
        stack.follow("${docker_container.Z.id}") !== undefined,
    };

    expect(reportOf(follows, containers({ A: { name: "a" } }))).toEqual({ examined: 0, findings: [] });
  });
});

describe("INP-001 every resource of the stack can be read", () => {
  test.each([
    {
      given: "a list in the place of a stack",
      json: [],
      path: "stack",
      evidence: "the file is [], not an object",
    },
    { given: "nothing", json: null, path: "stack", evidence: "the file is null, not an object" },
    {
      given: "no resources but a text",
      json: { resource: "x" },
      path: "stack",
      evidence: '"x" is not a resource',
    },
    {
      given: "a type that is an expression",
      json: containers("${local.containers}"),
      path: "demo/docker_container",
      evidence: '"${local.containers}" is not a resource',
    },
    {
      given: "a resource that is nothing",
      json: containers({ A: null }),
      path: "demo/docker_container/A",
      evidence: "null is not a resource",
    },
    {
      given: "blocks that exist only at apply",
      json: containers({ A: { dynamic: { ports: { for_each: "${var.ports}" } } } }),
      path: "demo/docker_container.A",
      evidence: "dynamic ports: known only at apply",
    },
    {
      given: "such blocks inside a block",
      json: containers({ A: { mounts: [{ dynamic: "${var.d}" }] } }),
      path: "demo/docker_container.A",
      evidence: 'dynamic "${var.d}": known only at apply',
    },
    {
      given: "settings that are no block",
      json: { terraform: "~> 4.5" },
      path: "stack/terraform/settings",
      evidence: '"~> 4.5" is not a resource',
    },
  ])("rejects $given", ({ json, path, evidence }) => {
    const { allowed, fix } = stackCanBeRead;

    expect(evaluate(json, []).flatMap(({ findings }) => findings)).toEqual([
      { policy: "INP-001", path, evidence, allowed, fix },
    ]);
  });

  test("accepts resources, and what is called dynamic elsewhere", () => {
    const json = {
      resource: { docker_container: { A: {} }, terraform_data: { B: { input: { dynamic: 1 } } } },
    };

    // The settings of Terraform count as a resource, also where there are none.
    expect(evaluate(json, [])).toEqual([{ policy: stackCanBeRead, examined: 3, findings: [] }]);
  });
});
