import { describe, expect, test } from "vitest";
import type { Resource } from "../../policies/document.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { definePolicy } from "../../policies/policy.ts";
import { reportOf } from "./judging.ts";

/** Finds the `name` of each container. */
const naming = definePolicy({
  id: "TST-001",
  severity: "low",
  source: "a test",
  title: "nothing has a name",
  why: "A name is a test of its own.",
  avoid: "container_name: one",
  prefer: "restart: always",
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
  severity: "low",
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

  test("what a rule finds weighs less in a stack that the kit did not make, where the rule says so", () => {
    const weighing = { ...naming, severity: "high", elsewhere: "low" } as const;
    const own = { name: "a", labels: [{ label: "exploreiot.env", value: "production" }] };
    const weights = (container: unknown) =>
      reportOf(weighing, containers({ A: container })).findings.map(({ severity }) => severity);

    expect([weights({ name: "a" }), weights(own)]).toEqual([["low"], ["high"]]);
  });

  test("policies that share a condition each judge the resources of their own types", () => {
    const where = ({ block }: Resource) => block.name !== "skip";
    const stack = {
      resource: { docker_container: { A: { name: "a" }, B: { name: "skip" } }, docker_volume: { V: {} } },
    };
    const looksAt = [["docker_container"], ["docker_volume"], ["docker_volume", "docker_container"], ["*"]];
    const examined = looksAt.map((types) => ({ ...naming, where, looksAt: types, check: () => [] }));

    // `*` has the settings of Terraform as well.
    const reports = evaluate(readTerraformJson(stack), examined).slice(-looksAt.length);
    expect(reports.map((report) => report.examined)).toEqual([1, 1, 2, 3]);
  });

  test.each([
    { given: "in lists", json: { resource: [{ docker_container: [{ A: [{ name: "a" }] }] }, {}] } },
    {
      given: "around a comment",
      json: { resource: { "//": "x", docker_container: { "//": 1, A: { name: "a" } } } },
    },
  ])("reads resources $given", ({ json }) => {
    expect(reportOf(naming, json)).toEqual({
      examined: 1,
      findings: [found("stack/docker_container.A", "name is a")],
    });
  });

  test("follows a reference to what is there, and to nothing else", () => {
    const follows = definePolicy({
      ...naming,
      where: () => true,
      check: ({ block }, stack) => [`${block.to} is ${stack.follow(block.to)?.resource.id}`],
    });
    const { findings } = reportOf(
      follows,
      containers({
        A: { to: "${docker_container.B.id}" },
        B: { to: "${docker_container.Z.id}" },
        C: { to: "x-${docker_container.B.id}" },
        D: { to: 1 },
      }),
    );

    expect(findings.map(({ evidence }) => evidence)).toEqual([
      "${docker_container.B.id} is B",
      "${docker_container.Z.id} is undefined",
      "x-${docker_container.B.id} is undefined",
      "1 is undefined",
    ]);
  });
});
