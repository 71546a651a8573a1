import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { engine } from "../support/scripted-engine.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const name = `t${randomBytes(6).toString("hex")}`;

afterAll(() => {
  for (const folder of [deploymentHome(name), stackFolder(name)])
    rmSync(folder, { recursive: true, force: true });
});

/** Those that know one engine. */
const VERBS = [["firewall", "status"]];

test.each(VERBS.map((words) => [words.join(" "), words] as const))(
  "%s is refused for a deployment that is on a swarm",
  async (_, words) => {
    await engine({
      things: { [`/services?filters={"label":["exploreiot.deployment=${name}"]}`]: [{ ID: "a" }] },
    });
    const site = write(temporaryFolder(), "site.yaml", `name: ${name}\nbackup: { enabled: true }\n`);

    const { code, stdout, stderr } = await run(
      [process.execPath, join(projectRoot, "bin/exploreiot.js"), ...(words as [string]), "-c", site],
      { expected: [1] },
    );

    expect({
      code,
      stdout,
      stderr: stderr.split("\n").filter((line) => /^(error|this is)/.test(line)),
    }).toEqual({
      ...{ code: 1, stdout: "" },
      stderr: [
        `error: ${name} is on the swarm of this engine, and this verb works on the containers of one engine`,
      ],
    });
  },
);

const kit = (...words: readonly string[]) =>
  run([process.execPath, join(projectRoot, "bin/exploreiot.js"), ...words], { expected: [0, 2] });

test("list says what runs on the swarm, on any of its nodes, and what does not", async () => {
  const service = (id: string, role: string) => ({
    ID: id,
    Spec: {
      Name: `exploreiot-${name}_${role}`,
      Labels: { "exploreiot.deployment": name, "exploreiot.role": role },
      Mode: { Replicated: { Replicas: 1 } },
      TaskTemplate: { ContainerSpec: {} },
    },
  });
  const task = (service: string, state: string) => ({
    ...{ ID: `task-${service}`, ServiceID: service, NodeID: "n", CreatedAt: "2026-11-30T00:00:00Z" },
    ...{ DesiredState: "running", Spec: { ContainerSpec: {} } },
    Status: { State: state, Timestamp: "2026-11-30T00:00:00Z" },
  });
  const done = service("d", "seed");
  const doneBefore = {
    ...done,
    Spec: {
      ...done.Spec,
      Labels: { ...done.Spec.Labels, "exploreiot.done": "1" },
      TaskTemplate: { ContainerSpec: { Labels: { "exploreiot.spec": "1" } } },
    },
  };
  const services = [service("a", "api"), service("b", "postgres"), service("c", "migrate"), doneBefore];
  await engine({
    things: {
      '/services?filters={"label":["exploreiot.deployment"]}': services,
      [`/services?filters={"label":["exploreiot.deployment=${name}"]}`]: services,
      '/tasks?filters={"service":["a","b","c","d"]}': [
        ...[task("a", "running"), task("b", "rejected"), task("c", "complete"), task("d", "failed")],
      ],
      "/nodes": [],
      "/containers/json?all=1": [],
      "/v1.41/version": { ApiVersion: "1.41", Version: "20.10.24" },
    },
  });

  const { deployments } = JSON.parse((await kit("list", "--json")).stdout);

  expect(deployments.filter((one: { readonly name: string }) => one.name === name)).toEqual([
    expect.objectContaining({ name, state: "on the swarm", services: 1, unhealthy: ["postgres"] }),
  ]);
});

test("status of a worker's engine does not say that nothing is deployed, which only a manager knows", async () => {
  await engine({ things: { "/info": { Swarm: { LocalNodeState: "active", ControlAvailable: false } } } });
  const site = write(temporaryFolder(), "site.yaml", `name: ${name}\n`);

  const { code, stdout } = await kit("status", "-c", site);

  expect({ code, stdout }).toEqual({
    code: 2,
    stdout: [
      `${name} is not on this engine`,
      "warning: this engine is a worker of a swarm, and only a manager knows whether the deployment is on that: ask with DOCKER_HOST=ssh://MANAGER\n",
    ].join("\n"),
  });
});
