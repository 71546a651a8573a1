import { expect, test } from "vitest";
import type { Stack } from "../../../runners/stack.ts";
import { impostorsOnSwarm, refuseStrangersOnSwarm } from "../../../runners/swarm/impostors.ts";
import { errorText } from "../../support/error-text.ts";
import { engine } from "../../support/scripted-engine.ts";

const container = (role: string, networks: Readonly<Record<string, readonly string[]>>) => ({
  ...{ name: `exploreiot-demo-${role}`, labels: { "exploreiot.role": role } },
  networks: Object.entries(networks).map(([name, aliases]) => ({
    name: `exploreiot-demo-${name}`,
    aliases: [role, ...aliases],
  })),
});

const stack = {
  name: "demo",
  networks: ["edge", "data"].map((name) => ({ name: `exploreiot-demo-${name}` })),
  containers: [container("api", { edge: [], data: [] }), container("postgres", { data: ["db"] })],
} as unknown as Stack;

/** A service as the API tells it: by network, the aliases that it has there. */
const service = (Name: string, joined: Readonly<Record<string, readonly string[]>>, more: object = {}) => ({
  Spec: {
    ...{ Name, Mode: { Replicated: { Replicas: 1 } } },
    TaskTemplate: {
      ContainerSpec: {},
      Networks: Object.entries(joined).map(([Target, Aliases]) => ({ Target, Aliases })),
    },
    ...more,
  },
});

const OWN = { Labels: { "com.docker.stack.namespace": "exploreiot-demo" } };

const around = async (...services: readonly object[]) => {
  const filters = 'filters={"label":["com.docker.stack.namespace=exploreiot-demo"]}';
  await engine({
    things: {
      "/services": [
        service("exploreiot-demo_api", { "id-edge": ["api"], "id-data": ["api"] }, OWN),
        service("exploreiot-demo_postgres", { "id-data": ["postgres", "db"] }, OWN),
        ...services,
      ],
      [`/networks?${filters}`]: ["edge", "data"].map((name) => ({
        ...{ Id: `id-${name}`, Name: `exploreiot-demo_${name}` },
      })),
    },
  });
};

const found = async (...services: readonly object[]) => {
  await around(...services);
  return impostorsOnSwarm(stack);
};

const told = (name: string, taken: string) => ({
  network: "exploreiot-demo_data",
  difference: `${name}, which the configuration does not name, answers to ${taken} there as well: docker service update --network-rm exploreiot-demo_data ${name}`,
});

test.each([
  ["an alias", service("web_cache", { "id-data": ["cache", "db"] }), told("web_cache", "db")],
  ["its own name", service("postgres", { "id-data": [] }), told("postgres", "postgres")],
  [
    "the name of a service in the swarm",
    service("web", { "id-data": ["exploreiot-demo_postgres"] }),
    told("web", "exploreiot-demo_postgres"),
  ],
  [
    "the host name of its tasks",
    service(
      "web",
      {},
      {
        TaskTemplate: { ContainerSpec: { Hostname: "postgres" }, Networks: [{ Target: "id-data" }] },
      },
    ),
    told("web", "postgres"),
  ],
  [
    "an alias, on every node, as an old client said it",
    service("web", {}, { Mode: { Global: {} }, Networks: [{ Target: "id-data", Aliases: ["api"] }] }),
    told("web", "api"),
  ],
] as const)("a service of others is told that takes a name by %s", async (_, stranger, expected) => {
  expect(await found(stranger)).toEqual([expected]);
});

test("nothing is said of who has other names, is on other networks, has no task, or is the deployment's", async () => {
  expect(
    await found(
      service("web", { "id-data": ["web", "frontend"] }),
      service("other", { "id-else": ["postgres"] }),
      // The name of a service that is not on this network.
      service("third", { "id-edge": ["postgres"] }),
      service("idle", { "id-data": ["postgres"] }, { Mode: { Replicated: { Replicas: 0 } } }),
      service("alone", {}, { TaskTemplate: { ContainerSpec: {}, Networks: null } }),
    ),
  ).toEqual([]);
});

test("a network that others are on is not removed, and they are named, also without a task", async () => {
  await around(
    service("pager", { "id-data": [] }, OWN),
    service("web_page", { "id-data": ["page"], "id-edge": [] }),
    service("idle", { "id-edge": [] }, { Mode: { Replicated: { Replicas: 0 } } }),
    service("other", { "id-else": [] }),
  );

  expect(await errorText(() => refuseStrangersOnSwarm("demo"))).toBe(
    [
      "web_page, which is not of this deployment, is on its network exploreiot-demo_data",
      "web_page, which is not of this deployment, is on its network exploreiot-demo_edge",
      "idle, which is not of this deployment, is on its network exploreiot-demo_edge",
      "  → remove it if it is not needed, or take it off, then run this again:",
      "  → docker service update --network-rm exploreiot-demo_data web_page",
      "  → docker service update --network-rm exploreiot-demo_edge web_page",
      "  → docker service update --network-rm exploreiot-demo_edge idle",
    ].join("\n"),
  );
});
