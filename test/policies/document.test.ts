import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { stackCanBeRead } from "../../policies/input-rules.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";

/** The findings about reading alone. */
const reading = (json: unknown) => evaluate(readTerraformJson(json), [])[0];

const containers = (docker_container: unknown) => ({
  "//": { metadata: { stackName: "demo" } },
  resource: { docker_container },
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

    expect(reading(json)?.findings).toEqual([
      { policy: "INP-001", severity: "critical", path, evidence, allowed, fix },
    ]);
  });

  test("counts what it cannot read once, and resources that hide something once", () => {
    const json = containers({ A: null, B: { dynamic: { ports: {}, host: {} } }, C: {} });
    const report = reading(json);

    expect(report?.findings.map(({ evidence }) => evidence)).toEqual([
      "null is not a resource",
      "dynamic ports, host: known only at apply",
    ]);
    expect(report?.examined).toBe(4);
  });

  test("accepts resources, and what is called dynamic elsewhere", () => {
    const json = {
      resource: { docker_container: { A: {} }, terraform_data: { B: { input: { dynamic: 1 } } } },
    };

    // The settings of Terraform count as a resource, also where there are none.
    expect(reading(json)).toMatchObject({ policy: stackCanBeRead, examined: 3, findings: [] });
  });
});
