import { describe, expect, test } from "vitest";
import { stackStatus } from "../../cli/stack-status.ts";
import { statusTable } from "../../cli/status-table.ts";
import type { ContainerState, Observation } from "../../runners/docker/observe.ts";
import type { PortTrouble } from "../../runners/docker/published-ports.ts";
import { imageState } from "../support/inspect-of.ts";
import { containerSpec, stackOf } from "../support/stack.ts";

const NAME = "exploreiot-demo-api";
const stack = stackOf([
  containerSpec("api", {
    limitsAt: "backend.limits",
    block: {
      ...{ memory: 64, cpus: "0.5" },
      ports: [{ internal: 8000, external: 80, ip: "127.0.0.1", protocol: "tcp" }],
    },
  }),
]);

/** The container as it should be, started this long ago, after so many restarts. */
function seen({ restarts = 0, secondsAgo = 5, oom = false } = {}): Observation {
  const state = {
    ...{ Id: "c1", Name: `/${NAME}`, Image: "i1", RestartCount: restarts },
    State: {
      ...{ Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0, OOMKilled: oom },
      StartedAt: new Date(Date.now() - secondsAgo * 1000).toISOString(),
      Health: { Status: "healthy" },
    },
    Config: { Image: "x", Labels: { "exploreiot.config-hash": "hash" } },
    HostConfig: { PortBindings: { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }] } },
    NetworkSettings: { Networks: {} },
  } satisfies ContainerState;
  return { containers: new Map([[NAME, state]]), images: new Map([["exploreiot/api:1", imageState]]) };
}

/** The text about it, no matter what it is made of. */
const told = {
  ...{ role: "api", container: NAME, state: "running", health: "healthy", listens: ["127.0.0.1:80"] },
  image: { name: "exploreiot/api:1", created: imageState.Created },
};
const well = (observed: Observation) => {
  const state = observed.containers.get(NAME);
  return { ...told, since: state?.State.StartedAt, restarts: state?.RestartCount };
};
const port = (known: boolean): PortTrouble => ({
  ...{ container: NAME, what: "port 127.0.0.1:80 refuses connections", known, closed: true },
});

describe("a container that is healthy", () => {
  test("and always was is well", () => {
    const observed = seen();

    expect(stackStatus(stack, observed)).toEqual({
      ...{ well: true, containers: [well(observed)], unknown: [] },
    });
  });

  test.each([
    ["once", { restarts: 1 }, "was restarted once, last 5 s ago"],
    [
      "for memory",
      { restarts: 3, secondsAgo: 590, oom: true },
      "was restarted 3 times, last 590 s ago, out of memory: its limit is 64 MiB (backend.limits.memoryMiB)",
    ],
  ])("between two restarts is not well: restarted %s", (_, given, trouble) => {
    const observed = seen(given);

    expect(stackStatus(stack, observed)).toEqual({
      ...{ well: false, containers: [{ ...well(observed), trouble: [trouble] }], unknown: [] },
    });
  });

  test("again for long is well", () => {
    expect(stackStatus(stack, seen({ restarts: 3, secondsAgo: 700 })).well).toBe(true);
  });

  test("and whose port does not answer is not well", () => {
    const observed = seen();
    const trouble = ["port 127.0.0.1:80 refuses connections"];

    expect(stackStatus(stack, observed, { ports: [port(true)] })).toEqual({
      ...{ well: false, containers: [{ ...well(observed), trouble }], unknown: [] },
    });
  });
});

test("what differs stands in one line, and setting by setting; what it takes stands next to its limits", () => {
  const observed = seen();
  const changes = [{ setting: "memory", declared: "64", found: "128" }];
  const differences = ["a", "b", "c", "d", "e"];
  const status = stackStatus(stack, observed, {
    drift: [
      { kind: "container", name: NAME, differences, changes },
      { kind: "network", name: NAME, differences: ["is not there"], changes: [] },
    ],
    usage: new Map([[NAME, { memoryMiB: 46.8, cpuPercent: 2, cpuSince: "start" as const }]]),
  });

  expect(status.containers).toEqual([
    {
      ...{ ...well(observed), difference: "a; b; c; and 2 more", changes },
      usage: { memoryMiB: 46.8, cpuPercent: 2, cpuSince: "start", memoryLimitMiB: 64, cpuLimit: 0.5 },
    },
  ]);
});

test("the table has what is known, and what could not be found out as warnings", () => {
  const usage = new Map([[NAME, { memoryMiB: 46.8, cpuPercent: 2, cpuSince: "start" as const }]]);
  const { containers, ...status } = stackStatus(stack, seen({ restarts: 1 }), {
    ports: [port(false)],
    usage,
  });
  const created = new Date(Date.now() - 3 * 86_400_000).toISOString();
  const dated = containers.map((container) => ({ ...container, image: { name: "x", created } }));

  expect(status.unknown).toEqual([`${NAME}: port 127.0.0.1:80 refuses connections`]);
  const warnings = ["the firewall is off"];
  expect(statusTable({ ...status, containers: dated, warnings }).split("\n")).toEqual([
    "service  state    health   since  image  memory        CPU since start  restarts  listens on    difference",
    "api      running  healthy  5 s    3 d    47 of 64 MiB  0.02 of 0.5      1         127.0.0.1:80  was restarted once, last 5 s ago",
    `warning: ${NAME}: port 127.0.0.1:80 refuses connections`,
    "warning: the firewall is off",
  ]);
});
