import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { targetOf } from "../../cli/swarm/target.ts";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { errorText } from "../support/error-text.ts";
import { programs } from "../support/programs.ts";
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
  run([process.execPath, join(projectRoot, "bin/exploreiot.js"), ...words], { expected: [0, 1, 2] });

/** As Docker's client asks for it. */
const VERSION = "/v1.41/version";
const TOLD = { ApiVersion: "1.41", MinAPIVersion: "1.12", Version: "20.10.24" };

/** A service of the deployment, which is all that says that it is on the swarm. */
const onSwarm = { [`/services?filters={"label":["exploreiot.deployment=${name}"]}`]: [{ ID: "a" }] };

/** The node that has its data, which is all that is left of it while it is down. */
const dataNode = {
  [`/nodes?filters={"node.label":["exploreiot.${name}.data=true"]}`]: [
    {
      ...{ ID: "n", Description: { Hostname: "n" }, Spec: { Availability: "active" } },
      Status: { State: "ready", Addr: "192.0.2.1" },
    },
  ],
};

/** Lines of an error, without what was told before. */
const errorLines = (stderr: string) => {
  const lines = stderr.trimEnd().split("\n");
  return lines.slice(lines.findIndex((line) => line.startsWith("error:")));
};

const SETUP_REFUSED = [
  "error: --setup: installs what one machine needs; allowed for a swarm: up without it",
  "  → install Docker on every node, and join them: docker swarm init, docker swarm join",
];

test.each([
  ["is on a swarm", onSwarm],
  ["is down, and has its data on a swarm", dataNode],
])(
  "up --setup is refused before it looks for what is missing, where the deployment %s",
  async (_, things) => {
    await engine({ things });
    // Without compose's plugin, which one machine would be given.
    programs({ docker: "exit 1", "apt-get": 'echo "$@" >&2; exit 1' });
    const site = write(temporaryFolder(), "site.yaml", `name: ${name}\n`);

    const { code, stdout, stderr } = await kit("up", "--setup", "--runner", "compose", "-c", site);

    expect({ code, stdout, stderr: stderr.trimEnd().split("\n") }).toEqual({
      ...{ code: 1, stdout: "", stderr: SETUP_REFUSED },
    });
  },
);

describe("a deployment goes where", () => {
  const container = {
    [`/containers/json?all=1&filters={"label":["exploreiot.deployment=${name}"]}`]: [
      { Id: "c", Names: ["/c"] },
    ],
  };
  const refused = (wanted: string, found: string) => `--target ${wanted}: ${name} is ${found}`;

  test.each([
    { given: "it is on the swarm", things: onSwarm, target: "swarm" },
    { given: "a node of the swarm has its data", things: dataNode, target: "swarm" },
    {
      given: "its containers are, no matter what a node has",
      things: { ...container, ...dataNode },
      target: "machine",
    },
    { given: "it is new: on this machine", things: {}, target: "machine" },
  ])("$given", async ({ things, target }) => {
    await engine({ things });
    expect(await targetOf(name, undefined)).toBe(target);
  });

  test("it is asked for, unless it is elsewhere", async () => {
    await engine({ things: dataNode });
    expect([await targetOf(name, "swarm"), await targetOf(name, "machine")]).toEqual(["swarm", "machine"]);
    await engine({ things: onSwarm });
    expect(await errorText(() => targetOf(name, "machine"))).toContain(
      refused("machine", "on the swarm of this engine; allowed: swarm\n"),
    );
    await engine({ things: container });
    expect(await errorText(() => targetOf(name, "swarm"))).toContain(
      refused("swarm", "on this engine, without a swarm; allowed: machine\n"),
    );
  });
});

test("plan refuses services that no node of the swarm has the memory for", async () => {
  const [path, [node]] = Object.entries(dataNode)[0] as [string, [object]];
  const little = { ...node, Description: { Hostname: "n", Resources: { MemoryBytes: 100 * 1024 ** 2 } } };
  await engine({ things: { [path]: [little], "/nodes": [little] } });
  const site = write(
    temporaryFolder(),
    "site.yaml",
    `name: ${name}\nbind: lan\nhosts: [localhost]\nfrontend: { enabled: false }\nlisteners: { backend: { enabled: false } }\n`,
  );

  const { code, stderr } = await kit("plan", "-c", site);

  expect({ code, first: errorLines(stderr)[0] }).toEqual({
    code: 1,
    first: `error: the services of ${name} do not fit on this swarm, which reserves their memory`,
  });
});

test("doctor says of the kernel of a swarm's node whether it has what the networks take", async () => {
  const info = {
    ...{ Swarm: { LocalNodeState: "active" }, KernelVersion: "1.2.3-other" },
    SystemTime: new Date().toISOString(),
  };
  await engine({ things: { "/info": info, [VERSION]: TOLD } });
  const site = write(temporaryFolder(), "site.yaml", `name: ${name}\n`);

  const { findings } = JSON.parse((await kit("doctor", "--json", "-c", site)).stdout);

  expect(findings.find(({ id }: { readonly id: string }) => id === "swarm.kernel")).toMatchObject({
    ...{ state: "unknown", evidence: expect.stringContaining("whether the kernel 1.2.3-other has that") },
  });
});

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
      [VERSION]: TOLD,
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

describe("status without a leader of the swarm", () => {
  const project = `exploreiot-${name}`;
  const NO_LEADER =
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online.";
  const own = (role: string) =>
    `/containers/json?filters={"label":["com.docker.swarm.service.name=${project}_${role}"],"status":["running"]}`;
  /** One container of the deployment, on this node. */
  const here = {
    [`/containers/json?filters={"label":["com.docker.stack.namespace=${project}"]}`]: [{ Id: "p" }],
    [own("postgres")]: [{ Id: "p" }],
    "/containers/p/json": {
      ...{ Id: "p", Name: `/${project}_postgres.1.abc`, Config: { Labels: {} } },
      State: { Status: "running", StartedAt: "2026-11-30T00:00:00Z", Health: { Status: "healthy" } },
    },
  };
  const status = async (things: object) => {
    await engine({ things: { ...things }, refusals: { "/services": [503, NO_LEADER] } });
    const site = write(temporaryFolder(), "site.yaml", `name: ${name}\nfrontend: { enabled: false }\n`);
    return { host: process.env.DOCKER_HOST, ...(await kit("status", "--json", "--no-usage", "-c", site)) };
  };
  const said = (host: string | undefined) =>
    `the swarm of the engine at ${host} has no leader: half of its managers are away, or more, and none may decide alone. What runs goes on, and nothing can be changed, or told of other nodes`;

  test("tells of the containers of this engine's own node, and of which it knows nothing", async () => {
    const { code, stdout, host } = await status(here);

    const { state, asConfigured, well, containers, unknown } = JSON.parse(stdout);
    expect({ code, state, asConfigured, well }).toEqual({
      ...{ code: 2, state: "partly up", asConfigured: false, well: false },
    });
    const found = containers.map((one: Readonly<Record<string, string>>) => [
      one.role,
      one.state,
      one.health,
      one.since,
    ]);
    expect(found.toSorted()).toEqual([
      ...["api", "ingest", "migrate", "mosquitto"].map((role) => [role, "unknown", "-", undefined]),
      ["postgres", "running", "healthy", "2026-11-30T00:00:00Z"],
      ["redis", "unknown", "-", undefined],
    ]);
    expect(unknown).toEqual([
      said(host),
      "after the loss of one manager the others choose a new leader within seconds: run the same command again",
      "bring managers back until more than half of them are there: systemctl start docker on each, and 2377/tcp open between them",
      expect.stringMatching(/^only where they are lost for good, /),
      expect.stringMatching(
        /^of the nodes alone whose engines are known here, and not compared with what is configured; on none of them: [a-z, ]+$/,
      ),
      expect.stringMatching(/^last reading: /),
    ]);
    const elsewhere = unknown[4].split(": ")[1].split(", ").toSorted();
    expect(elsewhere).toEqual(["api", "ingest", "migrate", "mosquitto", "redis"]);
  });

  test("fails with that, where no container of the deployment is on this node", async () => {
    const { code, stdout, host } = await status({});

    expect({ code, message: JSON.parse(stdout).error?.message }).toEqual({ code: 1, message: said(host) });
  });

  test("and fails with anything else that the engine says", async () => {
    await engine({ things: here, refusals: { "/services": [500, "disk I/O error"] } });
    const site = write(temporaryFolder(), "site.yaml", `name: ${name}\nfrontend: { enabled: false }\n`);

    const { code, stderr } = await kit("status", "--json", "--no-usage", "-c", site);

    expect({ code, first: errorLines(stderr)[0] }).toEqual({ code: 1, first: "error: disk I/O error" });
  });
});
