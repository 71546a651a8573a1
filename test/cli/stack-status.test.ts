import { describe, expect, test } from "vitest";
import { stackStatus, statusTable } from "../../cli/stack-status.ts";
import type { ContainerState, Observation } from "../../engines/docker/observe.ts";
import type { PortTrouble } from "../../engines/docker/published-ports.ts";
import { containerSpec, stackOf } from "../support/stack.ts";

const NAME = "exploreiot-demo-api";
const stack = stackOf([
  containerSpec("api", {
    limitsAt: "backend.limits",
    block: {
      memory: 64,
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
  return { containers: new Map([[NAME, state]]), images: new Map([["exploreiot/api:1", "i1"]]) };
}

const well = {
  ...{ role: "api", container: NAME, state: "running", health: "healthy", listens: ["127.0.0.1:80"] },
};
const port = (known: boolean): PortTrouble => ({
  ...{ container: NAME, what: "port 127.0.0.1:80 refuses connections", known, closed: true },
});

describe("a container that is healthy", () => {
  test("and always was is well", () => {
    expect(stackStatus(stack, seen())).toEqual({ well: true, containers: [well], unknown: [] });
  });

  test.each([
    ["once", { restarts: 1 }, "was restarted once, last 5 s ago"],
    [
      "for memory",
      { restarts: 3, secondsAgo: 590, oom: true },
      "was restarted 3 times, last 590 s ago, out of memory: its limit is 64 MiB (backend.limits.memoryMiB)",
    ],
  ])("between two restarts is not well: restarted %s", (_, given, trouble) => {
    expect(stackStatus(stack, seen(given))).toEqual({
      ...{ well: false, containers: [{ ...well, trouble: [trouble] }], unknown: [] },
    });
  });

  test("again for long is well", () => {
    expect(stackStatus(stack, seen({ restarts: 3, secondsAgo: 700 })).well).toBe(true);
  });

  test("and whose port does not answer is not well", () => {
    const trouble = ["port 127.0.0.1:80 refuses connections"];

    expect(stackStatus(stack, seen(), [port(true)])).toEqual({
      ...{ well: false, containers: [{ ...well, trouble }], unknown: [] },
    });
  });
});

test("what could not be found out is a warning, and next to what is known in the table", () => {
  const status = stackStatus(stack, seen({ restarts: 1 }), [port(false)]);

  expect(status.unknown).toEqual([`${NAME}: port 127.0.0.1:80 refuses connections`]);
  expect(statusTable({ ...status, warnings: ["the firewall is off"] }).split("\n")).toEqual([
    "service  state    health   listens on    difference",
    "api      running  healthy  127.0.0.1:80  was restarted once, last 5 s ago",
    `warning: ${NAME}: port 127.0.0.1:80 refuses connections`,
    "warning: the firewall is off",
  ]);
});
