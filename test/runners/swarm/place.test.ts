import { expect, test } from "vitest";
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
