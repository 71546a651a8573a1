import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { modelOf } from "../../render/model.ts";
import { serverParts } from "../../render/swarm/home-secrets.ts";
import { possibleSwarm } from "../../render/swarm/plan.ts";
import { stackFile } from "../../render/swarm/stack-file.ts";
import { terraformDocument, terraformSwarm } from "../../render/swarm/terraform.ts";
import { Sandbox } from "../support/synthesized.ts";

type Input = Omit<DeploymentInput, "name">;
const SERVER: Input = { ...production, firewall: { enabled: false } };

interface Service {
  readonly task_spec: {
    readonly container_spec: {
      readonly command?: readonly string[] | string;
      readonly args?: readonly string[] | string;
      readonly env: Readonly<Record<string, string>>;
      readonly labels: readonly object[];
      readonly healthcheck?: Readonly<Record<string, unknown>>;
      readonly stop_grace_period: string;
      readonly configs: readonly { readonly config_id: string; readonly file_name: string }[];
      readonly secrets: readonly { readonly secret_id: string; readonly file_name: string }[];
    };
    readonly placement?: object;
    readonly resources: object;
    readonly restart_policy: object;
    readonly networks_advanced: readonly object[];
  };
  readonly endpoint_spec: object;
  readonly update_config: object;
  readonly rollback_config?: object;
  readonly converge_config?: object;
  readonly depends_on?: readonly string[];
}

interface Document {
  readonly terraform: object;
  readonly resource: {
    readonly docker_network: Readonly<Record<string, object>>;
    readonly docker_config: Readonly<
      Record<string, { readonly name: string; readonly data: string; readonly lifecycle: object }>
    >;
    readonly docker_service: Readonly<Record<string, Service>>;
  };
}

function planned(input: Input) {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input);
  const model = modelOf(sandbox.stack(), sandbox.home);
  return { sandbox, model, plan: possibleSwarm(model) };
}

function documentOf(input: Input): Document {
  const { sandbox, plan } = planned(input);
  return JSON.parse(JSON.stringify(terraformDocument(plan)).replaceAll(sandbox.name, "NAME"));
}

describe("a swarm for Terraform", () => {
  test("waits for the stage before, for health where that can be, and puts back what fails", () => {
    const { docker_service } = documentOf(SERVER).resource;
    const rows = Object.entries(docker_service).map(([role, one]) => [
      role,
      (one.depends_on ?? []).map((address) => address.replace("docker_service.", "")).toSorted(),
      one.converge_config === undefined ? "ends" : "converges",
      one.task_spec.placement === undefined ? "anywhere" : "with the data",
      one.update_config,
    ]);
    const change = (order: string) => ({
      ...{ parallelism: 1, order, monitor: "15s", failure_action: "rollback" },
    });
    const first = ["frontend", "mosquitto", "postgres", "redis"];

    expect(rows.toSorted()).toEqual([
      ["api", ["migrate"], "converges", "anywhere", change("start-first")],
      ["edge", ["api", "ingest"], "converges", "with the data", change("stop-first")],
      ["frontend", [], "converges", "anywhere", change("start-first")],
      ["ingest", ["migrate"], "converges", "anywhere", change("stop-first")],
      ["migrate", first, "ends", "anywhere", { order: "stop-first", failure_action: "continue" }],
      ["mosquitto", [], "converges", "with the data", change("stop-first")],
      ["postgres", [], "converges", "with the data", change("stop-first")],
      ["redis", [], "converges", "with the data", change("stop-first")],
    ]);
  });

  test("says of one service all that the provider can, in its words", () => {
    const { docker_service } = documentOf(SERVER).resource;
    const { task_spec, ...rest } = docker_service.edge as Service;
    const { container_spec, ...task } = task_spec;
    const { configs, secrets, healthcheck, env, ...said } = container_spec;

    expect(said).toEqual({
      image: expect.stringMatching(/^\$\{var\.images\["exploreiot\/edge:[0-9a-f]{16}"\]\}$/),
      labels: [
        { label: "com.docker.stack.namespace", value: "exploreiot-NAME" },
        { label: "exploreiot.role", value: "edge" },
      ],
      ...{ user: expect.stringMatching(/^[1-9]\d*:\d+$/), read_only: true, init: true },
      cap_drop: ["ALL"],
      ...{
        command: expect.anything(),
        stop_signal: "SIGUSR1",
        stop_grace_period: "10s",
      },
    });
    expect(env).toEqual({
      EXPLOREIOT_SPEC: expect.stringMatching(/^[0-9a-f]{12}-\$\{var\.versions\["\w+"\]\}/),
    });
    expect(task).toMatchObject({
      restart_policy: { condition: "any", delay: "2s", window: "30s" },
      log_driver: { name: "json-file", options: { "max-file": "3", "max-size": "10m" } },
      placement: { constraints: ["node.labels.exploreiot.NAME.data == true"] },
      networks_advanced: [{ id: "${docker_network.edge.id}", aliases: ["edge"] }],
    });
    expect(rest.endpoint_spec).toEqual({
      mode: "vip",
      ports: [{ target_port: 8443, published_port: 443, protocol: "tcp", publish_mode: "host" }],
    });
  });

  test("writes times as the provider reads them back of services", () => {
    const { docker_service } = documentOf({
      ...SERVER,
      health: { startPeriodSeconds: 60, intervalSeconds: 90 },
    }).resource;
    const { healthcheck, stop_grace_period } = (docker_service.postgres as Service).task_spec.container_spec;

    expect([healthcheck?.start_period, healthcheck?.interval, stop_grace_period]).toEqual([
      "1m",
      "1m30s",
      "1m",
    ]);
    expect(docker_service.migrate?.task_spec.restart_policy).toEqual({
      ...{ condition: "on-failure", delay: "2s", max_attempts: 3, window: "0s" },
    });
  });

  test("starts what has data behind a lock on it, in front of the words of the image", () => {
    const { docker_service } = documentOf(SERVER).resource;
    const started = ["mosquitto", "postgres", "redis", "api"].map((role) => {
      const { command, args } = (docker_service[role] as Service).task_spec.container_spec;
      return [typeof command === "string" ? command : command?.slice(0, 4), args];
    });
    const lock = ["/run/exploreiot-probe/probe", "alone"];

    expect(started).toEqual([
      [[...lock, "/mosquitto/data", "/bin/sh"], undefined],
      [
        [...lock, "/var/lib/postgresql/data", "/bin/sh"],
        ["postgres", "-c", "config_file=/run/exploreiot/postgresql.conf"],
      ],
      [
        '${concat(["/run/exploreiot-probe/probe","alone","/data"], var.words["ENTRYPOINT_OF_REDIS"])}',
        ["valkey-server", "/run/exploreiot/redis.conf"],
      ],
      [undefined, ["python", "-m", "exploreiot", "api"]],
    ]);
  });

  test("takes text of the user's as it stands, and no part of it for the server's", () => {
    const backend = { image: "registry.example/app:1", environment: { HINT: "<NAME> $${HOME} 50%" } };
    const { docker_service } = documentOf({ ...local, bind: "lan", hosts: ["localhost"], backend }).resource;

    expect(docker_service.api?.task_spec.container_spec.env.HINT).toBe("<NAME> $${HOME} 50%");
  });

  test("has the configs, secrets, networks and volumes of the stack file, and the very versions", () => {
    const { sandbox, plan, model } = planned(SERVER);
    const stack = parse(stackFile(plan)) as {
      readonly configs: Readonly<Record<string, { readonly name: string; readonly external?: true }>>;
      readonly secrets: Readonly<Record<string, { readonly name: string }>>;
      readonly networks: object;
      readonly services: Readonly<Record<string, { readonly labels: Readonly<Record<string, string>> }>>;
    };
    const known = { parts: serverParts(model, sandbox.home), images: new Map() };
    const swarm = terraformSwarm(plan, known);
    const { docker_config, docker_network } = (swarm.document as Document).resource;
    const parts = (text = "") =>
      text.replaceAll(/\$\{(\w+):?\?[^}]*\}/g, (_, name: string) => known.parts.get(name) as string);

    expect(Object.entries(docker_config).map(([key, { name }]) => [key, name])).toEqual(
      Object.entries(stack.configs).flatMap(([key, { name, external }]) => (external ? [] : [[key, name]])),
    );
    expect(swarm.secrets.map(({ key, name }) => [key, name])).toEqual(
      Object.entries(stack.secrets).map(([key, { name }]) => [key, parts(name)]),
    );
    expect(Object.keys(docker_network)).toEqual(Object.keys(stack.networks));
    expect(swarm.services.map(({ role, version }) => [role, version])).toEqual(
      Object.entries(stack.services).map(([role, { labels }]) => [role, parts(labels["exploreiot.spec"])]),
    );
    expect(new Set(Object.values(docker_config).map(({ lifecycle }) => JSON.stringify(lifecycle)))).toEqual(
      new Set(['{"create_before_destroy":true}']),
    );
  });

  test("is the same on two machines, and has no secret and no place of either", () => {
    const [one, two] = [planned(SERVER), planned(SERVER)].map(({ sandbox, plan }) => ({
      home: sandbox.home,
      text: JSON.stringify(terraformDocument(plan))
        .replaceAll(sandbox.name, "NAME")
        // Both follow from the name, and so does the text of a config with an address in it.
        .replace(/-[0-9a-f]{8}-/g, "-HASH-")
        .replace(/10\.2\d\d\.\d+\.\d+/g, "ADDRESS")
        .replace(/[0-9a-f]{12}/g, "HASH")
        .replace(/"data":"[^"]*"/g, '"data":"TEXT"'),
    }));

    expect(two?.text).toBe(one?.text);
    expect(one?.text).not.toContain(one?.home);
  });
});
