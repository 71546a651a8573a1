import { describe, expect, test } from "vitest";
import { execIn } from "../../../runners/docker/exec.ts";
import type { Stack } from "../../../runners/stack.ts";
import { followSwarm } from "../../../runners/swarm/place.ts";
import { errorText } from "../../support/error-text.ts";
import { environment, programs } from "../../support/programs.ts";
import { engine } from "../../support/scripted-engine.ts";

const NODES = ["one", "two"];

/** A manager of a swarm, whose service `api` has a task on each of these nodes, one after the other. */
const manager = (...tasks: readonly { readonly node: string; readonly container: string }[]) => {
  const service =
    'filters={"label":["com.docker.swarm.service.name=exploreiot-far_api"],"status":["running"]}';
  const ahead = [...tasks];
  return engine({
    things: {
      '/containers/json?filters={"label":["com.docker.stack.namespace=exploreiot-far"]}': [],
      [`/containers/json?${service}`]: [],
      '/services?filters={"label":["exploreiot.deployment=far"]}': [
        {
          ...{
            ID: "s",
            Spec: {
              Name: "exploreiot-far_api",
              Labels: { "exploreiot.role": "api" },
              Mode: { Replicated: { Replicas: 1 } },
              TaskTemplate: { ContainerSpec: {} },
            },
          },
        },
      ],
      get '/tasks?filters={"service":["s"]}'() {
        const { node, container } = (ahead.length > 1 ? ahead.shift() : ahead[0]) as (typeof tasks)[number];
        const Status = { State: "running", Timestamp: "", ContainerStatus: { ContainerID: container } };
        return [
          {
            ID: "t",
            ServiceID: "s",
            NodeID: `id-${node}`,
            CreatedAt: "",
            Spec: { ContainerSpec: {} },
            Status,
          },
        ];
      },
      "/nodes": NODES.map((node, index) => ({
        ...{ ID: `id-${node}`, Description: { Hostname: node }, Spec: { Availability: "active" } },
        Status: { State: "ready", Addr: `192.0.2.${index + 1}` },
      })),
      "/info": { Swarm: { NodeID: "id-manager" } },
    },
  });
};

/** The engine of a node. @param exec whether it has the container */
async function nodeOf(
  name: string,
  hasContainer: boolean,
): Promise<{ host: string; asked: readonly string[] }> {
  const asked = await engine({
    things: { "/info": { Swarm: { NodeID: `id-${name}` } } },
    ...(hasContainer ? { exec: () => ({ stdout: `on ${name}` }) } : {}),
  });
  return { host: process.env.DOCKER_HOST as string, asked };
}

const stack = (engines: Readonly<Record<string, { readonly host: string }>>) =>
  ({
    name: "far",
    containers: [{ name: "exploreiot-far-api", labels: { "exploreiot.role": "api" } }],
    swarm: { encrypted: true, endpointMode: "vip", nodes: [], engines },
  }) as unknown as Stack;

const ask = () => execIn("exploreiot-far-api", ["hostname"]);

test("a container that has moved between look and exec is looked for again, once", async () => {
  const [one, two] = [await nodeOf("one", false), await nodeOf("two", true)];
  await manager({ node: "one", container: "old" }, { node: "two", container: "new" });
  await followSwarm(stack({ one: { host: one.host }, two: { host: two.host } }));

  expect(await ask()).toEqual({ code: 0, stdout: "on two", stderr: "" });
  expect(one.asked).toEqual(["GET /info", "POST /containers/old/exec"]);
  expect(two.asked).toEqual(["GET /info", "POST /containers/new/exec", "GET /exec/0/json"]);
});

test("and one that is gone and not elsewhere is told as the engine tells it", async () => {
  const one = await nodeOf("one", false);
  await manager({ node: "one", container: "old" });
  await followSwarm(stack({ one: { host: one.host } }));

  expect(await errorText(ask)).toBe(
    "docker exec exploreiot-far-api ended with exit code 1\nNo such thing: /containers/old/exec",
  );
});

test("an engine that is another node's is refused, and asked for nothing but that", async () => {
  const one = await nodeOf("one", true);
  await manager({ node: "two", container: "new" });
  await followSwarm(stack({ two: { host: one.host } }));

  expect(await errorText(ask)).toBe(
    [
      `api runs on the node two, and the engine at ${one.host} is another node's`,
      `  → swarm.engines.two.host of the site file says where that node's engine is; it is reached as docker -H ${one.host} does`,
    ].join("\n"),
  );
  expect(one.asked).toEqual(["GET /info"]);
});

test("a node that nobody names is reached as the manager is, by the same user at its own address", async () => {
  const two = await nodeOf("two", true);
  await manager({ node: "two", container: "new" });
  const relay = (host: string) =>
    `exec '${process.execPath}' -e 'const s = require("net").connect("${host.replace("unix://", "")}"); process.stdin.pipe(s).pipe(process.stdout)'`;
  programs({
    docker: [
      'case "$DOCKER_HOST" in',
      `ssh://deploy@manager.example.org:2222) ${relay(process.env.DOCKER_HOST as string)} ;;`,
      `ssh://deploy@192.0.2.2:2222) ${relay(two.host)} ;;`,
      '*) echo "nobody at $DOCKER_HOST" >&2; exit 1 ;;',
      "esac",
    ].join("\n"),
  });
  environment("DOCKER_HOST", "ssh://deploy@manager.example.org:2222");
  await followSwarm(stack({}));

  expect(await ask()).toEqual({ code: 0, stdout: "on two", stderr: "" });
  expect(two.asked).toEqual(["GET /info", "POST /containers/new/exec", "GET /exec/0/json"]);
});

test("without SSH it is an error with the setting to make", async () => {
  await manager({ node: "two", container: "new" });
  await followSwarm(stack({}));

  expect(await errorText(ask)).toBe(
    [
      "api runs on the node two, and nothing says where that node's engine is",
      "  → set swarm.engines.two.host of the site file: ssh://user@192.0.2.2, or tcp:// with certificates",
    ].join("\n"),
  );
});

describe("without a leader", () => {
  const SAID =
    "rpc error: code = Unknown desc = The swarm does not have a leader. It's possible that too few managers are online.";
  const SERVICE = "com.docker.swarm.service.name=exploreiot-far_api";
  const OF_SERVICE = `/containers/json?filters={"label":["${SERVICE}"],"status":["running"]}`;
  const OF_STACK = '/containers/json?filters={"label":["com.docker.stack.namespace=exploreiot-far"]}';

  /** A node's engine, with the managers that it knows, its containers of `api`, and of the whole stack. */
  async function nodeAlone(
    name: string,
    managers: readonly string[],
    containers: readonly object[],
    ofStack: readonly object[] = containers,
  ) {
    const asked = await engine({
      things: {
        "/info": {
          Swarm: {
            NodeID: `id-${name}`,
            RemoteManagers: managers.map((NodeID) => ({ NodeID, Addr: "192.0.2.1:2377" })),
          },
        },
        [OF_SERVICE]: containers,
        [OF_STACK]: ofStack,
      },
      refusals: { '/services?filters={"label":["exploreiot.deployment=far"]}': [503, SAID] },
      exec: () => ({ stdout: `on ${name}` }),
    });
    return { host: process.env.DOCKER_HOST as string, asked };
  }

  test("a container is found by the engines that the site file names, of the same swarm, and the newest counts", async () => {
    const former = await nodeAlone("former", ["m1", "m2"], [{ Id: "a", Created: 1 }]);
    const newer = await nodeAlone("newer", ["m2"], [{ Id: "b", Created: 2 }]);
    const other = await nodeAlone("other", ["of another swarm"], [{ Id: "c", Created: 3 }]);
    await nodeAlone("here", ["m1", "m2"], []);
    const gone = { host: "unix:///nowhere/docker.sock" };
    await followSwarm(stack({ former, newer, other, gone }));

    expect(await ask()).toEqual({ code: 0, stdout: "on newer", stderr: "" });
    expect(other.asked).toEqual(["GET /info"]);
  });

  test("one that none of them has is told, with what to do", async () => {
    const other = await nodeAlone("other", ["m1"], []);
    const { host } = await nodeAlone("here", ["m1"], [], [{ Id: "postgres", Created: 1 }]);
    const said = (where: string) =>
      `api is not on ${where}, and nobody knows on which it is: the swarm of the engine at ${host} has no leader: half of its managers are away, or more, and none may decide alone. What runs goes on, and nothing can be changed, or told of other nodes`;
    await followSwarm(stack({ other }));
    const known = (await errorText(ask)).split("\n");
    await followSwarm(stack({}));
    const alone = (await errorText(ask)).split("\n");

    expect([known[0], alone[0]]).toEqual([
      said("the nodes whose engines are known here and answer"),
      said("the node of this engine"),
    ]);
    expect(known[1]).toBe(
      "  → ask the engine of the node that has it: DOCKER_HOST, or swarm.engines of the site file; that needs no leader",
    );
  });

  test("nothing is looked for where no engine has anything of the deployment", async () => {
    const other = await nodeAlone("other", ["m1"], []);
    await nodeAlone("here", ["m1"], []);

    expect(await errorText(() => followSwarm(stack({ other })))).toMatch(
      /^the swarm of the engine at .* has no leader: /,
    );
  });
});
