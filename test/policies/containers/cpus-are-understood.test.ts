import { describe, expect, test } from "vitest";
import { cpusAreUnderstood } from "../../../policies/containers/cpus-are-understood.ts";
import { evaluate } from "../../../policies/evaluate.ts";
import { readPlan } from "../../../policies/inputs/plan.ts";
import { said } from "../reports.ts";

const found = (docker: unknown, container: object = { cpus: "0.5" }) => {
  const { examined, findings } = said(cpusAreUnderstood, {
    terraform: { required_providers: docker === undefined ? {} : { docker } },
    resource: { docker_container: { web: container } },
  });
  return { examined, findings };
};

describe("CTR-012 cpus is only used with a provider that understands it", () => {
  test.each([
    [{ source: "kreuzwerker/docker", version: "~> 3.0" }, '"~> 3.0"'],
    [{ version: "3.6.2" }, '"3.6.2"'],
    [{ version: ">= 3.6, < 5.0" }, '">= 3.6, < 5.0"'],
    [{ version: "< 5.0" }, '"< 5.0"'],
    ["~> 2.25", '"~> 2.25"'],
    [undefined, "not set"],
  ])("rejects %j", (docker, shown) => {
    expect(found(docker)).toEqual({
      examined: 1,
      findings: [`stack/docker_container.web: cpus is set, and version of docker is ${shown}`],
    });
  });

  test("rejects what is known only at apply", () => {
    expect(found({ version: "${var.version}" })).toEqual({
      examined: 1,
      findings: ['stack/docker_container.web: version of docker is "${var.version}", known only at apply'],
    });
  });

  test.each(["~> 4.5", "3.7.0", "= 3.9.0", ">= 3.0, >= 3.7.0", "~> 4"])("accepts %s", (version) => {
    expect(found({ version })).toEqual({ examined: 1, findings: [] });
  });

  test.each([
    ["~> 4.5", []],
    ["~> 3.0", ['docker_container.web: cpus is set, and version of docker is "~> 3.0"']],
    [undefined, ["docker_container.web: cpus is set, and version of docker is not set"]],
  ])("in a plan %s of the provider counts", (version_constraint, findings) => {
    const web = { address: "docker_container.web", mode: "managed", type: "docker_container", name: "web" };
    const plan = readPlan({
      format_version: "1.2",
      planned_values: { root_module: { resources: [{ ...web, values: { cpus: "0.5" } }] } },
      configuration: {
        provider_config: { docker: { name: "docker", version_constraint } },
        root_module: { resources: [{ ...web, expressions: { cpus: { constant_value: "0.5" } } }] },
      },
    });

    const report = evaluate(plan, [cpusAreUnderstood]).at(-1);
    expect(report?.examined).toBe(1);
    expect(report?.findings.map(({ path, evidence }) => `${path}: ${evidence}`)).toEqual(findings);
  });

  test("does not look at a container without cpus", () => {
    expect(found({ version: "~> 3.0" }, { cpu_shares: 512 })).toEqual({ examined: 0, findings: [] });
  });
});
