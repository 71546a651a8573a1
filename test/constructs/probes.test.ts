import { describe, expect, test } from "vitest";
import { probeOf, probeTiming, tcpProbe, waitTimeoutSeconds } from "../../constructs/probes.ts";

const LOCAL = { startPeriodSeconds: 30, intervalSeconds: 2, restSeconds: 5, timeoutSeconds: 3, retries: 5 };

test("a container is waited for as long as its probe can take to give up, and no longer", () => {
  const timing = { startPeriodSeconds: 10, intervalSeconds: 1, timeoutSeconds: 2, retries: 3 };

  expect(waitTimeoutSeconds(timing)).toBe(27);
  // The provider takes whole seconds, and the rule PRV-019 none above the time that it can take.
  expect(waitTimeoutSeconds({ ...timing, intervalSeconds: 0.5, retries: 2 })).toBe(22);
});

describe("the timing of a probe", () => {
  test("asks a server less often than a stack that is started many times a day", () => {
    expect(probeTiming({ environment: "local" })).toEqual(LOCAL);
    expect(probeTiming({ environment: "production" })).toEqual({
      ...LOCAL,
      ...{ intervalSeconds: 10, restSeconds: 10, retries: 3 },
    });
  });

  test("is what the deployment says, and the environment's for the rest", () => {
    const health = { startPeriodSeconds: 0, timeoutSeconds: 20 };
    const given = { startPeriodSeconds: 0, timeoutSeconds: 20, intervalSeconds: 10, retries: 3 };

    expect(probeTiming({ environment: "production" }, health)).toEqual({ ...given, restSeconds: 10 });
    expect(probeTiming({ environment: "local" }, given)).toEqual({ ...given, restSeconds: 10 });
  });

  test("is what the deployment says of all services where it says nothing of this one", () => {
    const health = { intervalSeconds: 0.5, retries: 9 };

    expect(probeTiming({ environment: "production", health }, { retries: 4 })).toEqual({
      ...LOCAL,
      ...{ intervalSeconds: 0.5, restSeconds: 0.5, retries: 4 },
    });
  });
});

describe("an application is probed", () => {
  const application = { port: 8000, healthPath: "/healthz" };
  const probe = (health: Parameters<typeof probeOf>[0], hosts = ["iot.example.org", "192.0.2.1"]) =>
    probeOf(health, application, { hosts })({ timeoutSeconds: 4 });

  test.each([
    [
      "at its health path, by the first name that users type",
      undefined,
      ["http", "8000", "/healthz", "iot.example.org", "4"],
    ],
    [
      "at its health path where only the timing is its own",
      { startPeriodSeconds: 90 },
      ["http", "8000", "/healthz", "iot.example.org", "4"],
    ],
    ["at a path", { path: "/live" }, ["http", "8000", "/live", "iot.example.org", "4"]],
    ["by a command of its image", { command: ["check", "--fast"] }, ["run", "check", "--fast"]],
    ["by a process", { process: "collector" }, ["process", "collector"]],
  ])("%s", (_, health, expected) => {
    expect(probe(health)).toEqual(expected);
  });

  test("by an IPv6 address in brackets", () => {
    expect(probe(undefined, ["fd00::1"])[3]).toBe("[fd00::1]");
  });
});

test("a store is asked whether its port is open to others before its own command is", () => {
  expect(tcpProbe(5432, ["psql", "-c", "SELECT 1"])({ timeoutSeconds: 3 })).toEqual([
    ...["tcp", "5432", "3", "psql", "-c", "SELECT 1"],
  ]);
});
