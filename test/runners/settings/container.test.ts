import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../../config/local.ts";
import { production } from "../../../config/production.ts";
import type { ContainerState } from "../../../runners/docker/observe.ts";
import { containerChanges } from "../../../runners/settings/container.ts";
import type { ContainerSpec } from "../../../runners/stack.ts";
import { errorText } from "../../support/error-text.ts";
import { imageState, inspectOf } from "../../support/inspect-of.ts";
import { unseenChanges } from "../../support/spec-changes.ts";
import { containerSpec } from "../../support/stack.ts";
import { custom, Sandbox } from "../../support/synthesized.ts";

describe.each([
  { which: "local", input: local },
  { which: "production", input: production },
  { which: "one that uses every freedom", input: custom },
])("each container of $which", ({ input }) => {
  const sandbox = new Sandbox();
  let containers: readonly ContainerSpec[];
  beforeAll(() => {
    sandbox.synthesize(input);
    containers = sandbox.stack().containers;
  });
  afterAll(() => sandbox.remove());

  describe.each(["terraform", "compose"] as const)("made by %s", (runner) => {
    test("as it is declared has nothing that differs", () => {
      const differing = containers.map((spec) => containerChanges(spec, inspectOf(spec, runner), imageState));

      expect(differing.flat()).toEqual([]);
      expect(containers.length).toBeGreaterThan(10);
    });

    test("is seen to differ in each thing that the configuration says otherwise", () => {
      const tried = containers.map((spec) =>
        unseenChanges(spec, (changed) => containerChanges(changed, inspectOf(spec, runner), imageState)),
      );

      expect(tried.flatMap(({ unseen }) => unseen)).toEqual([]);
      expect(tried.reduce((sum, { count }) => sum + count, 0)).toBeGreaterThan(500);
    });
  });
});

describe("a container that somebody made otherwise by hand", () => {
  const spec = containerSpec("api", {
    networks: [{ name: "edge", aliases: ["api"] }],
    block: { memory: 64, memory_swap: 64, cpus: "0.5", restart: "unless-stopped", env: ["A=b"] },
  });
  const made = inspectOf(spec, "terraform");
  const hostConfig = (change: object) => ({ ...made, HostConfig: { ...made.HostConfig, ...change } });
  const config = (change: object) => ({ ...made, Config: { ...made.Config, ...change } });
  const MiB = 1024 ** 2;

  test.each<[string, ContainerState, object]>([
    ["memory", hostConfig({ Memory: 128 * MiB }), { declared: "64", found: "128" }],
    ["memory_swap", hostConfig({ MemorySwap: -1 }), { declared: "64", found: "-1" }],
    ["memory_reservation", hostConfig({ MemoryReservation: 32 * MiB }), { found: "32" }],
    ["cpus", hostConfig({ NanoCpus: 0 }), { declared: "0.5" }],
    ["cpu_shares", hostConfig({ CpuShares: 100 }), { found: "100" }],
    ["cpu_set", hostConfig({ CpusetCpus: "0" }), { found: "0" }],
    ["pids_limit", hostConfig({ PidsLimit: 50 }), { found: "50" }],
    ["restart", hostConfig({ RestartPolicy: { Name: "no" } }), { declared: "unless-stopped" }],
    ["blkio_weight", hostConfig({ BlkioWeight: 300 }), { found: "300" }],
    ["privileged", hostConfig({ Privileged: true }), { found: "true" }],
    ["capabilities.add", hostConfig({ CapAdd: ["NET_RAW"] }), { found: "NET_RAW" }],
    ["security_opts", hostConfig({ SecurityOpt: ["seccomp=unconfined"] }), { found: "seccomp=unconfined" }],
    ["pid_mode", hostConfig({ PidMode: "host" }), { found: "host" }],
    ["ipc_mode", hostConfig({ IpcMode: "host" }), { found: "host" }],
    ["host", hostConfig({ ExtraHosts: ["db:10.0.0.1"] }), { found: "db:10.0.0.1" }],
    [
      "devices",
      hostConfig({
        Devices: [{ PathOnHost: "/dev/a", PathInContainer: "/dev/b", CgroupPermissions: "rwm" }],
      }),
      { found: "/dev/a:/dev/b:rwm" },
    ],
    [
      "volumes./etc",
      { ...made, ...{ Mounts: [{ Type: "bind", Source: "/etc", Destination: "/etc", RW: true }] } },
      { found: "/etc:rw" },
    ],
    ["user", config({ User: "0" }), { declared: "99:99", found: "0" }],
    ["hostname", config({ Hostname: "db" }), { found: "db" }],
    ["env.B", config({ Env: ["PATH=/bin", "LANG=C", "A=b", "B="] }), { found: '""' }],
    ["env.LANG", config({ Env: ["PATH=/bin", "A=b"] }), { declared: "C" }],
    ["env.A", config({ Env: ["PATH=/bin", "LANG=C", "A=c"] }), { declared: "b", found: "c" }],
    ["labels.mine", config({ Labels: { ...made.Config.Labels, mine: "1" } }), { found: "1" }],
    ["healthcheck.interval", config({ Healthcheck: { Test: ["CMD", "old"] } }), { declared: "7s" }],
    ["command", config({ Cmd: ["other"] }), { declared: '["daemon"]', found: '["other"]' }],
    [
      "networks_advanced.edge.aliases",
      {
        ...made,
        NetworkSettings: { Networks: { edge: { NetworkID: "id-of-edge", Aliases: ["api", "db"] } } },
      },
      { declared: "api", found: "api, db" },
    ],
    [
      "networks_advanced",
      {
        ...made,
        NetworkSettings: { Networks: { ...made.NetworkSettings.Networks, lan: { NetworkID: "l" } } },
      },
      { declared: "edge", found: "edge, lan" },
    ],
  ])("differs in %s", (setting, found, values) => {
    expect(containerChanges(spec, found, imageState)).toEqual([{ setting, ...values }]);
  });
});

test("a variable that sounds secret is named, and its value is not", () => {
  const spec = containerSpec("api", { block: { env: ["DB_PASSWORD=one", "DB=postgres://me:pw@db/x"] } });
  const other = containerSpec("api", { block: { env: ["DB_PASSWORD=two", "DB=postgres://me:pw@db/y"] } });

  expect(containerChanges(spec, inspectOf(other, "compose"), imageState)).toEqual([
    { setting: "env.DB", declared: "postgres://[redacted]@db/x", found: "postgres://[redacted]@db/y" },
    { setting: "env.DB_PASSWORD", declared: "[redacted]", found: "[redacted]" },
  ]);
});

test("of an image that is not known nothing is expected, and what is stated is compared all the same", () => {
  const spec = containerSpec("api", { block: { memory: 64, user: "1:1", env: ["A=b"] } });
  const found = inspectOf(containerSpec("api", { block: { memory: 65 } }), "compose");

  expect(containerChanges(spec, found, undefined)).toEqual([
    { setting: "env.A", declared: "b" },
    { setting: "memory", declared: "64", found: "65" },
    { setting: "user", declared: "1:1", found: "99:99" },
  ]);
});

test("an attribute that nothing reads back is refused, and not passed over", async () => {
  const block = { gpus: "all" } as ContainerSpec["block"];
  const spec = containerSpec("api", { block });

  expect(await errorText(() => containerChanges(spec, inspectOf(spec, "terraform"), imageState))).toBe(
    `exploreiot-demo-api: gpus: nothing tells whether this is as declared, and so nobody would see a change
  → take it out of the configuration, or say in runners/settings/ how it is read`,
  );
});
