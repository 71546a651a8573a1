import { describe, expect, test } from "vitest";
import type { ContainerState } from "../../engines/docker/observe.ts";
import { findDrift } from "../../engines/drift.ts";
import type { DeploymentRecord } from "../../engines/record.ts";
import { containerSpec, stackOf } from "../support/stack.ts";

const NETWORK = "exploreiot-demo-edge";
const spec = containerSpec("api", {
  networks: [{ name: NETWORK, aliases: [] }],
  limitsAt: "backend.limits",
  block: { memory: 64, ports: [{ internal: 8000, external: 80, ip: "127.0.0.1", protocol: "tcp" }] },
});
const job = containerSpec("job", { job: true, block: { network_mode: "none" } });

const probed = (ExitCode: number, Output: string) => ({ ExitCode, Output, End: "2026-11-22T10:00:10Z" });

/** A container as it should be; `change` says what is different about it. */
function state(change: {
  readonly State?: Partial<ContainerState["State"]>;
  readonly Id?: string;
  readonly Image?: string;
  readonly hash?: string;
  readonly ports?: ContainerState["HostConfig"]["PortBindings"];
  readonly networks?: Readonly<Record<string, string>>;
}): ContainerState {
  const running = {
    ...{ Status: "running", Running: true, Paused: false, Restarting: false, ExitCode: 0 },
    ...{ OOMKilled: false, StartedAt: "2026-11-22T10:00:00Z" },
  };
  return {
    Id: change.Id ?? "c1",
    Name: "/exploreiot-demo-api",
    Image: change.Image ?? "i1",
    RestartCount: 0,
    State: { ...running, Health: { Status: "healthy" }, ...change.State },
    Config: { Image: "x", Labels: { "exploreiot.config-hash": change.hash ?? "hash" } },
    HostConfig: {
      PortBindings:
        change.ports === undefined ? { "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }] } : change.ports,
    },
    NetworkSettings: {
      Networks: Object.fromEntries(
        Object.entries(change.networks ?? { [NETWORK]: "n1" }).map(([name, NetworkID]) => [
          name,
          { NetworkID },
        ]),
      ),
    },
  };
}

const record: DeploymentRecord = {
  engine: "compose",
  fingerprint: "f",
  containers: { "exploreiot-demo-api": "c1", "exploreiot-demo-job": "c1" },
  networks: { [NETWORK]: "n1" },
  specs: {},
};
const images = new Map([
  ["exploreiot/api:1", "i1"],
  ["exploreiot/job:1", "i1"],
]);
const driftOf = (found: ContainerState | undefined, which = spec, known = images) =>
  findDrift(
    stackOf([which]),
    { containers: new Map(found === undefined ? [] : [[which.name, found]]), images: known },
    record,
  );

describe("a service", () => {
  test("that is as it was deployed has not drifted", () => {
    expect(driftOf(state({}))).toEqual([]);
  });

  test.each<[string, ContainerState | undefined]>([
    ["is not there", undefined],
    ["was replaced by another container", state({ Id: "c2" })],
    ["runs another image than exploreiot/api:1", state({ Image: "i2" })],
    ["has another configuration", state({ hash: "other" })],
    ["is paused", state({ State: { Status: "paused", Paused: true } })],
    ["is exited (exit code 137)", state({ State: { Status: "exited", Running: false, ExitCode: 137 } })],
    [
      "is restarting (exit code 1)",
      state({ State: { Status: "restarting", Restarting: true, ExitCode: 1 } }),
    ],
    [
      "is exited (exit code 137, out of memory: its limit is 64 MiB (backend.limits.memoryMiB))",
      state({ State: { Status: "exited", Running: false, ExitCode: 137, OOMKilled: true } }),
    ],
    [
      "is restarting (exit code 127, a program was not found)",
      state({ State: { Status: "restarting", Restarting: true, ExitCode: 127 } }),
    ],
    ["is unhealthy", state({ State: { Health: { Status: "unhealthy" } } })],
    [
      "is unhealthy: GET /healthz: 404 Not Found",
      state({
        State: {
          Health: {
            Status: "unhealthy",
            Log: [probed(0, "fine"), probed(1, "GET /healthz: 404 Not Found\n")],
          },
        },
      }),
    ],
    [
      "is unhealthy: the probe ended with exit code 1 and said nothing",
      state({ State: { Health: { Status: "unhealthy", Log: [probed(1, " \n")] } } }),
    ],
    ["publishes nothing instead of 127.0.0.1:80->8000/tcp", state({ ports: null })],
    [
      "publishes 0.0.0.0:81->8000/tcp instead of 127.0.0.1:80->8000/tcp",
      state({ ports: { "8000/tcp": [{ HostIp: "0.0.0.0", HostPort: "81" }] } }),
    ],
    [
      "publishes 127.0.0.1:80->8000/tcp, :9->9/udp instead of 127.0.0.1:80->8000/tcp",
      state({
        ports: {
          "8000/tcp": [{ HostIp: "127.0.0.1", HostPort: "80" }],
          "9/udp": [{ HostIp: "", HostPort: "9" }],
        },
      }),
    ],
    [`is on no network instead of ${NETWORK}`, state({ networks: {} })],
    [
      `is on ${NETWORK}, bridge instead of ${NETWORK}`,
      state({ networks: { [NETWORK]: "n1", bridge: "n0" } }),
    ],
    [
      `is on another network than before that is also called ${NETWORK}`,
      state({ networks: { [NETWORK]: "n2" } }),
    ],
  ])("%s", (difference, found) => {
    expect(driftOf(found)).toEqual([{ container: "exploreiot-demo-api", difference }]);
  });

  test("runs an image whose name is gone", () => {
    expect(driftOf(state({}), spec, new Map())).toEqual([
      { container: "exploreiot-demo-api", difference: "runs an image that exploreiot/api:1 no longer names" },
    ]);
  });

  test("may be starting: that is not drift, the next look tells", () => {
    expect(driftOf(state({ State: { Health: { Status: "starting" } } }))).toEqual([]);
  });

  test("is taken as it is where no record says which container it was", () => {
    const seen = {
      containers: new Map([[spec.name, state({ Id: "c9", networks: { [NETWORK]: "n9" } })]]),
      images,
    };

    expect(findDrift(stackOf([spec]), seen, undefined)).toEqual([]);
  });
});

describe("a job", () => {
  const ended = (ExitCode: number) =>
    state({ State: { Status: "exited", Running: false, ExitCode }, networks: {}, ports: null });

  test("that ended well has not drifted, nor one that is still at work", () => {
    expect([driftOf(ended(0), job), driftOf(state({ networks: {}, ports: null }), job)]).toEqual([[], []]);
  });

  test("that was made and never started has, though its exit code says that it ended well", () => {
    const made = state({
      State: { Status: "created", Running: false, ExitCode: 0 },
      networks: {},
      ports: null,
    });

    expect(driftOf(made, job)).toEqual([
      { container: "exploreiot-demo-job", difference: "was never started" },
    ]);
  });

  test("that failed has", () => {
    expect(driftOf(ended(3), job)).toEqual([
      { container: "exploreiot-demo-job", difference: "failed (exit code 3)" },
    ]);
  });
});
