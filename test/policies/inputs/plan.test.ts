import { describe, expect, test } from "vitest";
import { readPlan } from "../../../policies/inputs/plan.ts";

/** A plan with one container, written in HCL: its expressions name references and not their text. */
const plan = (expressions: object, values: object, more: object = {}) => ({
  format_version: "1.2",
  variables: { bind: { value: "127.0.0.1" } },
  planned_values: {
    root_module: {
      resources: [
        { address: "docker_container.a", mode: "managed", type: "docker_container", name: "a", values },
      ],
    },
  },
  configuration: {
    root_module: {
      resources: [
        { address: "docker_container.a", mode: "managed", type: "docker_container", name: "a", expressions },
      ],
    },
  },
  ...more,
});

const blockOf = (expressions: object, values: object) =>
  readPlan(plan(expressions, values)).of(["docker_container"])[0]?.block;

describe("a plan is read as what was written, with the values it knows", () => {
  test("defaults of the provider are not set, though the plan shows them", () => {
    expect(
      blockOf({ memory: { constant_value: 64 } }, { memory: 64, network_mode: "bridge", privileged: null }),
    ).toEqual({
      memory: 64,
    });
  });

  test("references to resources stay references, in either syntax; variables get their values", () => {
    const image = { references: ["docker_image.i.image_id", "docker_image.i"] };
    const name = {
      constant_value: "${docker_network.n.id}",
      references: ["docker_network.n.id", "docker_network.n"],
    };
    const ip = { references: ["var.bind"] };

    expect(
      blockOf(
        { image, networks_advanced: [{ name }], ports: [{ ip, internal: { constant_value: 1 } }, { ip }] },
        { networks_advanced: [{}], ports: [{ ip: "127.0.0.1", internal: 1 }, { ip: "127.0.0.1" }] },
      ),
    ).toEqual({
      image: "${docker_image.i.image_id}",
      networks_advanced: [{ name: "${docker_network.n.id}" }],
      ports: [{ ip: "127.0.0.1", internal: 1 }, { ip: "127.0.0.1" }],
    });
  });

  test("text that looks like an expression is text where the plan knows it, and an expression where it does not", () => {
    const shell = "echo ${HOME}";
    const written = { test: { constant_value: ["CMD", shell] }, user: { constant_value: "${timestamp()}" } };

    expect(blockOf(written, { test: ["CMD", shell], healthcheck: [{ test: [shell] }] })).toEqual({
      test: ["CMD", "echo $${HOME}"],
      user: "${timestamp()}",
      healthcheck: [{ test: ["echo $${HOME}"] }],
    });
    expect(blockOf({ user: { constant_value: "$${JSON}" } }, { user: "${JSON}" })).toEqual({
      user: "$${JSON}",
    });
  });

  test("what only apply knows stays an expression, and so unknown", () => {
    expect(blockOf({ user: { references: ["data.external.u.result"] } }, {})).toEqual({
      user: "${data.external.u.result}",
    });
  });

  test("blocks that a dynamic block made are taken as planned", () => {
    const ports = [{ external: 1 }, { external: 2 }];

    expect([blockOf({}, { ports })?.ports, blockOf({ ports: [{}] }, { ports })?.ports]).toEqual([
      ports,
      ports,
    ]);
  });

  test("resources of modules, and the instances of count, are resources of their own", () => {
    const volume = (index: number) => ({
      address: `module.m[0].docker_volume.v[${index}]`,
      mode: "managed",
      type: "docker_volume",
      name: "v",
      index,
      values: { name: `v${index}` },
    });
    const inner = {
      resources: [{ address: "docker_volume.v", expressions: { name: { references: ["count.index"] } } }],
    };
    const stack = readPlan({
      format_version: "1.2",
      planned_values: {
        root_module: { child_modules: [{ address: "module.m[0]", resources: [volume(0), volume(1)] }] },
      },
      configuration: { root_module: { module_calls: { m: { module: inner } } } },
    });

    expect(stack.resources.map(({ path, block }) => [path, block])).toEqual([
      ["module.m[0].docker_volume.v[0]", { name: "v0" }],
      ["module.m[0].docker_volume.v[1]", { name: "v1" }],
    ]);
  });

  test("providers, outputs and changes are declarations", () => {
    const change = {
      actions: ["delete", "create"],
      before: { name: "x" },
      after: { name: "y" },
      replace_paths: [["name"]],
    };
    const stack = readPlan({
      format_version: "1.2",
      planned_values: {},
      configuration: {
        provider_config: {
          docker: {
            name: "docker",
            version_constraint: "~> 4.5",
            expressions: { host: { constant_value: "tcp://h:2375" } },
          },
        },
        root_module: { outputs: { o: { expression: { references: ["docker_volume.v.name"] } } } },
      },
      resource_changes: [{ address: "docker_volume.v", type: "docker_volume", change }],
    });

    expect(stack.of(["provider.docker", "output", "plan/change"]).map(({ block }) => block)).toEqual([
      { host: "tcp://h:2375", version: "~> 4.5" },
      { value: "${docker_volume.v.name}", sensitive: undefined },
      {
        address: "docker_volume.v",
        type: "docker_volume",
        actions: ["delete", "create"],
        before: { name: "x" },
        after: { name: "y" },
        afterUnknown: {},
        replacePaths: [["name"]],
      },
    ]);
  });
});
