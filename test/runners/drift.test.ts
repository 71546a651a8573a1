import { describe, expect, test } from "vitest";
import type { ContainerState } from "../../runners/docker/observe.ts";
import type { Survey } from "../../runners/docker/survey.ts";
import { difference, findDrift } from "../../runners/drift.ts";
import type { DeploymentRecord } from "../../runners/record.ts";
import { type ContainerSpec, specHash } from "../../runners/stack.ts";
import { imageState, inspectOf } from "../support/inspect-of.ts";
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
function state(
  change: {
    readonly State?: Partial<ContainerState["State"]>;
    readonly Id?: string;
    readonly Image?: string;
    readonly hash?: string;
    readonly memory?: number;
    readonly ports?: ContainerState["HostConfig"]["PortBindings"];
    readonly networks?: Readonly<Record<string, string>>;
  },
  of = spec,
): ContainerState {
  const made = inspectOf(of, "compose");
  const { Labels } = made.Config;
  const networks = Object.entries(change.networks ?? { [NETWORK]: "n1" });
  return {
    ...made,
    Id: change.Id ?? made.Id,
    Image: change.Image ?? made.Image,
    State: { ...made.State, ...(of.job ? {} : { Health: { Status: "healthy" } }), ...change.State },
    Config: {
      ...made.Config,
      Labels: { ...Labels, ...(change.hash === undefined ? {} : { "exploreiot.config-hash": change.hash }) },
    },
    HostConfig: {
      ...made.HostConfig,
      ...(change.memory === undefined ? {} : { Memory: change.memory * 1024 ** 2 }),
      ...(change.ports === undefined ? {} : { PortBindings: change.ports }),
    },
    NetworkSettings: of.job
      ? made.NetworkSettings
      : { Networks: Object.fromEntries(networks.map(([name, NetworkID]) => [name, { NetworkID }])) },
  };
}

const made = state({}).Id;
const record: DeploymentRecord = {
  runner: "compose",
  kit: "0.1.0",
  fingerprint: "f",
  containers: { "exploreiot-demo-api": made, "exploreiot-demo-job": made },
  networks: { [NETWORK]: "n1" },
  specs: {},
};
const images = new Map([
  ["exploreiot/api:1", imageState],
  ["exploreiot/job:1", imageState],
]);
const nothing: Survey = {
  ...{ containers: new Map(), images: new Map() },
  ...{ networks: [], volumes: new Map(), files: new Map(), surplus: [] },
};
const driftOf = (found: ContainerState | undefined, which = spec, known = images) =>
  findDrift(
    stackOf([which]),
    { ...nothing, containers: new Map(found === undefined ? [] : [[which.name, found]]), images: known },
    record,
  );
const saidOf = (...args: Parameters<typeof driftOf>) =>
  driftOf(...args).map((drift) => [drift.kind, drift.name, difference(drift)]);

describe("a service", () => {
  test("that is as it was deployed has not drifted", () => {
    expect(driftOf(state({}))).toEqual([]);
  });

  test.each<[string, ContainerState | undefined]>([
    ["is not there", undefined],
    ["was replaced by another container", state({ Id: "c2" })],
    ["runs another image than exploreiot/api:1", state({ Image: "i2" })],
    ["was given other files", state({ hash: "other" })],
    ["has memory 128 MiB instead of 64 MiB", state({ memory: 128 })],
    ["is paused; has memory 128 MiB instead of 64 MiB", state({ memory: 128, State: { Paused: true } })],
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
      `is on bridge, ${NETWORK} instead of ${NETWORK}`,
      state({ networks: { [NETWORK]: "n1", bridge: "n0" } }),
    ],
    [
      `is on another network than before that is also called ${NETWORK}`,
      state({ networks: { [NETWORK]: "n2" } }),
    ],
  ])("%s", (said, found) => {
    expect(saidOf(found)).toEqual([["container", "exploreiot-demo-api", said]]);
  });

  test("names each setting that differs, for who reads no sentences", () => {
    expect(driftOf(state({ memory: 128, ports: null }))).toEqual([
      {
        ...{ kind: "container", name: "exploreiot-demo-api" },
        differences: [
          "has memory 128 MiB instead of 64 MiB",
          "publishes nothing instead of 127.0.0.1:80->8000/tcp",
        ],
        changes: [
          { setting: "memory", declared: "64", found: "128" },
          { setting: "ports", declared: "127.0.0.1:80->8000/tcp" },
        ],
      },
    ]);
  });

  test("differs in an engine's kernel that has no limits: nothing could be done about it", () => {
    const seen = { ...nothing, images, containers: new Map([[spec.name, state({ memory: 0 })]]) };

    expect(findDrift(stackOf([spec]), { ...seen, unapplied: ["memory"] }, undefined)).toEqual([]);
    expect(findDrift(stackOf([spec]), { ...seen, unapplied: ["memory_swap"] }, undefined)).toHaveLength(1);
  });

  test("runs an image whose name is gone", () => {
    expect(saidOf(state({}), spec, new Map())).toEqual([
      ["container", "exploreiot-demo-api", "runs another image than exploreiot/api:1"],
    ]);
  });

  test("may be starting: that is not drift, the next look tells", () => {
    expect(driftOf(state({ State: { Health: { Status: "starting" } } }))).toEqual([]);
  });

  test("is taken as it is where no record says which container it was", () => {
    const seen = {
      ...{ ...nothing, images },
      containers: new Map([[spec.name, state({ networks: { [NETWORK]: "n9" } })]]),
    };

    expect(findDrift(stackOf([spec]), seen, undefined)).toEqual([]);
  });
});

describe("a job", () => {
  const ended = (ExitCode: number) => state({ State: { Status: "exited", Running: false, ExitCode } }, job);

  test("that ended well has not drifted, nor one that is still at work", () => {
    expect([driftOf(ended(0), job), driftOf(state({}, job), job)]).toEqual([[], []]);
  });

  test("that was made and never started has, though its exit code says that it ended well", () => {
    const made = state({ State: { Status: "created", Running: false, ExitCode: 0 } }, job);

    expect(saidOf(made, job)).toEqual([["container", "exploreiot-demo-job", "was never started"]]);
  });

  test("that failed has", () => {
    expect(saidOf(ended(3), job)).toEqual([["container", "exploreiot-demo-job", "failed (exit code 3)"]]);
  });
});

describe("networks, volumes and files", () => {
  const FILES = "/run/exploreiot";
  const volume = { name: "exploreiot-demo-api-files", path: FILES };
  const files: ContainerSpec = containerSpec("api-files", {
    job: true,
    volumes: [{ ...volume, readOnly: false }],
    uploads: [{ file: "/incoming/sub/api.conf", content: "one" }],
    block: { network_mode: "none" },
  });
  const reader = containerSpec("api", {
    volumes: [{ ...volume, readOnly: true }],
    block: { network_mode: "none" },
  });
  const network = {
    ...{ name: NETWORK, internal: true, ipv6: false, options: {} },
    subnets: [{ subnet: "10.1.0.0/24", gateway: "10.1.0.1" }],
  };
  const stack = stackOf([files, reader], { networks: [network], volumes: [{ name: volume.name }] });
  /** The first 12 digits of `printf one | sha256sum`. */
  const ONE = "7692c3ad3540";
  const seen: Survey = {
    containers: new Map([files, reader].map((spec) => [spec.name, inspectOf(spec, "compose")])),
    images: new Map([
      ["exploreiot/api:1", imageState],
      ["exploreiot/api-files:1", imageState],
    ]),
    networks: [
      {
        ...{ Id: "n1", Name: NETWORK, Internal: true, EnableIPv6: false, Options: null, Labels: null },
        ...{ Containers: {}, Driver: "bridge" },
        IPAM: { ...{ Driver: "default" }, Config: [{ Subnet: "10.1.0.0/24", Gateway: "10.1.0.1" }] },
      } as Survey["networks"][number],
    ],
    volumes: new Map([[volume.name, { Name: volume.name, Driver: "local", Options: null }]]),
    files: new Map([[files.name, { [`${FILES}/sub/api.conf`]: ONE }]]),
    surplus: [],
  };
  const said = (change: Partial<Survey>) =>
    findDrift(stack, { ...seen, ...change }, undefined).map(
      (drift) => `${drift.kind} ${drift.name} ${difference(drift)}`,
    );

  test("that are as declared have not drifted", () => {
    expect(said({})).toEqual([]);
  });

  test.each<[string, Partial<Survey>]>([
    [`network ${NETWORK} is not there`, { networks: [] }],
    [`network ${NETWORK} is there 2 times`, { networks: [...seen.networks, ...seen.networks] }],
    [
      `network ${NETWORK} has internal none instead of true`,
      { networks: seen.networks.map((state) => ({ ...state, Internal: false })) },
    ],
    [`volume ${volume.name} is not there`, { volumes: new Map() }],
    [
      `volume ${volume.name} has driver nfs instead of local`,
      { volumes: new Map([[volume.name, { Name: volume.name, Driver: "nfs", Options: null }]]) },
    ],
    [
      "container exploreiot-demo-miner is not configured",
      { surplus: [{ kind: "container", name: "exploreiot-demo-miner" }] },
    ],
    [
      "network exploreiot-demo-spare is not configured",
      { surplus: [{ kind: "network", name: "exploreiot-demo-spare" }] },
    ],
  ])("%s", (drift, change) => {
    expect(said(change)).toEqual([drift]);
  });

  test("that look as declared and were made from something else are told apart by the record", () => {
    const recorded = (hash: string) =>
      findDrift(stack, seen, { ...record, containers: {}, specs: { n1: hash } });

    expect(recorded("other").map(difference)).toEqual(["was made from another configuration"]);
    expect(recorded(specHash(network))).toEqual([]);
  });

  test("that differ in a file make its job and its reader differ, and say which it is", () => {
    const found = new Map([[files.name, { [`${FILES}/sub/api.conf`]: "another", [`${FILES}/more`]: "x" }]]);
    const what = `reads ${FILES}/more in another form than configured; reads ${FILES}/sub/api.conf in another form than configured`;

    expect(said({ files: found })).toEqual([
      `container ${files.name} ${what}`,
      `container ${reader.name} ${what}`,
    ]);
  });
});
