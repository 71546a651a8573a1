import { expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { modelOf } from "../../render/model.ts";
import { swarmDifferences } from "../../render/swarm/compare.ts";
import { swarmPlan } from "../../render/swarm/plan.ts";
import { refuseFormerData, refuseLittleMemory } from "../../render/swarm/refusals.ts";
import { swarmSteps } from "../../render/swarm/steps.ts";
import type { SwarmNode } from "../../runners/swarm/nodes.ts";
import type { SwarmNetwork, SwarmServiceState } from "../../runners/swarm/observe-swarm.ts";
import { type ServiceSpec, serviceSettings } from "../../runners/swarm/service-settings.ts";
import { errorText } from "../support/error-text.ts";
import { Sandbox } from "../support/synthesized.ts";

/** As Engine 20.10 told it of a service that `docker stack deploy` had made. */
const REDIS: ServiceSpec = {
  Labels: {
    "com.docker.stack.image": "exploreiot/redis:6e764a73175ae5dc",
    "com.docker.stack.namespace": "exploreiot-demo",
    "exploreiot.checkout": "0123456789ab",
    "exploreiot.config-hash": "471c07d0be62-2a159e3413e3",
    "exploreiot.deployment": "demo",
    "exploreiot.env": "local",
    "exploreiot.role": "redis",
    "exploreiot.rotation": "0",
  },
  TaskTemplate: {
    ContainerSpec: {
      Image: "exploreiot/redis:6e764a73175ae5dc",
      Labels: { "exploreiot.spec": "ecc6cf95d3fb-2a159e3413e3" },
      Command: ["/run/exploreiot-probe/probe", "alone", "/data"],
      Args: ["valkey-server", "/run/exploreiot/redis.conf"],
      Env: ["NAME=value", "EMPTY="],
      User: "999:999",
      Init: true,
      StopSignal: "SIGTERM",
      ReadOnly: true,
      Mounts: [
        { Type: "volume", Source: "exploreiot-demo_redis-data", Target: "/data" },
        { Type: "tmpfs", Target: "/tmp", TmpfsOptions: { SizeBytes: 16_777_216 } },
      ],
      StopGracePeriod: 60e9,
      Healthcheck: { Test: ["CMD", "ask"], Interval: 1e9, Timeout: 35e9, StartPeriod: 10e9, Retries: 10 },
      Secrets: [
        {
          File: { Name: "/run/exploreiot/users.acl", UID: "999", GID: "999", Mode: 256 },
          SecretName: "demo-redis-users-acl-e624a493-2a159e3413e3",
        },
      ],
      Configs: [
        {
          File: { Name: "/run/exploreiot/redis.conf", UID: "999", GID: "999", Mode: 256 },
          ConfigName: "demo-redis-conf-8d09fc5f-9959fc0554c1",
        },
      ],
      // By hand, and in no words of a stack file of the kit.
      ...{ Hosts: ["192.0.2.1 postgres"], DNSConfig: { Nameservers: ["192.0.2.53"] }, Hostname: "other" },
      ...{ Isolation: "default", Privileges: { SELinuxContext: null, NoNewPrivileges: false } },
      CapabilityAdd: ["CAP_CHOWN"],
      CapabilityDrop: ["ALL"],
      Ulimits: [{ Name: "nofile", Hard: 16_384, Soft: 16_384 }],
    },
    Resources: {
      Limits: { NanoCPUs: 500_000_000, MemoryBytes: 67_108_864, Pids: 32 },
      Reservations: { MemoryBytes: 67_108_864 },
    },
    RestartPolicy: { Condition: "any", Delay: 2e9, MaxAttempts: 0, Window: 30e9 },
    Placement: { Constraints: ["node.labels.exploreiot.demo.data == true"] },
    Networks: [{ Target: "q20pntskk", Aliases: ["redis", "redis", "cache"] }],
    LogDriver: { Name: "json-file", Options: { "max-file": "3" } },
    ForceUpdate: 2,
  },
  Mode: { Replicated: { Replicas: 0 } },
  UpdateConfig: { FailureAction: "rollback", Order: "stop-first" },
  RollbackConfig: { FailureAction: "pause", Order: "stop-first" },
  EndpointSpec: {
    Mode: "dnsrr",
    Ports: [{ Protocol: "tcp", TargetPort: 6379, PublishedPort: 26_379, PublishMode: "host" }],
  },
};

test("a service is read by setting, in the words of a machine, without what others put on it", () => {
  expect(serviceSettings(REDIS, new Map([["q20pntskk", "exploreiot-demo_data"]]))).toEqual({
    image: "exploreiot/redis:6e764a73175ae5dc",
    entrypoint: '["/run/exploreiot-probe/probe","alone","/data"]',
    command: '["valkey-server","/run/exploreiot/redis.conf"]',
    "env.NAME": "value",
    "env.EMPTY": '""',
    user: "999:999",
    init: "true",
    read_only: "true",
    stop_signal: "SIGTERM",
    stop_timeout: "60s",
    "capabilities.add": '["CHOWN"]',
    "capabilities.drop": '["ALL"]',
    "ulimit.nofile": "16384:16384",
    "volumes./data": "exploreiot-demo_redis-data:rw",
    "tmpfs./tmp": "16777216",
    "healthcheck.test": '["CMD","ask"]',
    "healthcheck.interval": "1s",
    "healthcheck.timeout": "35s",
    "healthcheck.start_period": "10s",
    "healthcheck.retries": "10",
    "files./run/exploreiot/users.acl": "demo-redis-users-acl-e624a493-2a159e3413e3",
    "files./run/exploreiot/redis.conf": "demo-redis-conf-8d09fc5f-9959fc0554c1",
    Hosts: '["192.0.2.1 postgres"]',
    "DNSConfig.Nameservers": '["192.0.2.53"]',
    Hostname: "other",
    "networks_advanced.exploreiot-demo_data": "cache",
    memory: "64",
    memory_reservation: "64",
    cpus: "0.5",
    pids_limit: "32",
    "restart.condition": "any",
    "restart.delay": "2s",
    "restart.window": "30s",
    placement: '["node.labels.exploreiot.demo.data == true"]',
    log_driver: "json-file",
    "log_opts.max-file": "3",
    replicas: "0",
    "update.order": "stop-first",
    "update.failure_action": "rollback",
    "rollback.order": "stop-first",
    "rollback.failure_action": "pause",
    endpoint_mode: "dnsrr",
    ports: '["host 26379:6379/tcp"]',
    "labels.exploreiot.deployment": "demo",
    "labels.exploreiot.env": "local",
    "labels.exploreiot.role": "redis",
  });
});

function planned(input: Omit<DeploymentInput, "name">) {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input);
  return swarmPlan(modelOf(sandbox.stack(), sandbox.home));
}

test("a network in use is refused, what is not there is made, and what is not configured goes", () => {
  const plan = planned({
    ...local,
    bind: "lan",
    hosts: ["localhost"],
    networks: { edge: { ipv4: "10.1.2.0/29" } },
  });
  const network = { internal: false, encrypted: true, attachable: false } as const;
  const networks: SwarmNetwork[] = [
    { ...network, name: `${plan.project}_edge`, subnets: ["10.9.9.0/24"] },
    // A swarm chose the addresses.
    { ...network, name: `${plan.project}_data`, internal: true, attachable: true, subnets: ["10.0.1.0/24"] },
    { ...network, name: `${plan.project}_broker`, encrypted: false, subnets: [] },
  ];
  const old: SwarmServiceState = { version: "a", running: "a", settings: {}, goesOn: true, isDone: false };
  const found = swarmDifferences(
    plan,
    { parts: new Map(), images: new Map() },
    {
      services: new Map([["pager", old]]),
      networks,
      objects: [
        { kind: "service", name: `${plan.project}_pager`, isOfStack: true },
        { kind: "service", name: "miner", isOfStack: false },
        ...networks.map(({ name }) => ({ kind: "network" as const, name, isOfStack: true })),
        { kind: "network", name: `${plan.project}_spare`, isOfStack: true },
        { kind: "secret", name: "demo-former-secret", isOfStack: true },
        { kind: "config", name: "demo-former-config", isOfStack: true },
        { kind: "config", name: plan.probe?.config ?? "", isOfStack: true },
      ],
    },
  );
  const steps = swarmSteps(plan, found, "stack").map(({ kind, name, action, reasons }) => [
    ...[kind, name.replace(`${plan.project}_`, ""), action, reasons[0]],
  ]);

  expect(steps).toEqual([
    ...[
      ["network", "broker", "replace", "encrypted false → true"],
      ["network", "data", "replace", "attachable true → false"],
      ["network", "edge", "replace", "subnets 10.9.9.0/24 → 10.1.2.0/29"],
    ].toSorted(),
    ...plan.services.map(({ name }) => [
      "service",
      name.replace(`${plan.project}_`, ""),
      "create",
      "is not there",
    ]),
    ["service", "pager", "remove", "is not configured"],
    ["service", "miner", "remove", "is not configured"],
    ["network", "spare", "remove", "is not configured"],
    ["secret", "demo-former-secret", "remove", "is not configured"],
    ["config", "demo-former-config", "remove", "is not configured"],
  ]);
});

test("data of an older PostgreSQL is not left behind by a newer one that starts empty", async () => {
  const plan = planned({ ...local, bind: "lan", hosts: ["localhost"] });
  const settings = { "volumes./var/lib/postgresql/data": `${plan.project}_postgres-15-data:rw` };
  const runs: SwarmServiceState = { version: "a", running: "a", settings, goesOn: true, isDone: false };
  const found = (role: string) =>
    swarmDifferences(
      plan,
      { parts: new Map(), images: new Map() },
      { services: new Map([[role, runs]]), networks: [], objects: [] },
    );

  expect(await errorText(() => refuseFormerData(plan, found("postgres")))).toBe(
    [
      `postgres: ${plan.project}_postgres-15-data holds the data of version 15, and this version of the kit runs version 17 on ${plan.project}_postgres-17-data, which would start empty`,
      "  → stay with the version of the kit that made it: on a swarm nothing carries data over (docs/swarm.md)",
    ].join("\n"),
  );
  expect(refuseFormerData(plan, found("redis"))).toBeUndefined();
});

test("services that no node can take are refused, and what takes no tasks does not count", async () => {
  const plan = planned({
    ...{ ...local, bind: "lan", hosts: ["localhost"], frontend: { enabled: false } },
    backend: { limits: { memoryMiB: 3000 } },
    postgres: { limits: { memoryMiB: 2000 } },
  } as never);
  const node = (name: string, memoryMiB: number, more: Partial<SwarmNode> = {}): SwarmNode => ({
    ...{
      id: name,
      name,
      memoryMiB,
      status: "ready",
      availability: "active",
      address: "192.0.2.1",
      labels: {},
    },
    ...more,
  });
  const said = (nodes: readonly SwarmNode[]) => errorText(() => refuseLittleMemory(plan, nodes));
  const { name } = plan.model.stack;
  const data = { labels: { [`exploreiot.${name}.data`]: "true" } };
  const first = `the services of ${name} do not fit on this swarm, which reserves their memory`;
  const last = "  → lower limits.memoryMiB of services, or give the swarm a larger node";

  expect(
    await said([
      node("small", 2048, data),
      node("large", 2900),
      node("off", 9000, { availability: "drain" }),
    ]),
  ).toBe(
    [
      first,
      "mosquitto, postgres, redis, api: 5128 MiB, which are all on the node with the data, and small has 2048 MiB",
      "ingest: 3000 MiB, and the largest node, large, has 2900 MiB",
      "8128 MiB for all services, and all nodes have 4948 MiB",
      last,
    ].join("\n"),
  );
  expect(refuseLittleMemory(plan, [node("small", 5200, data), node("large", 6000)])).toBeUndefined();
  // Before the first one it is not known which node has the data: any that is large enough.
  expect(refuseLittleMemory(plan, [node("small", 3100), node("large", 5200)])).toBeUndefined();
  expect(await said([node("small", 3100), node("large", 5100)])).toBe(
    [
      first,
      "mosquitto, postgres, redis, api: 5128 MiB, which are all on the node with the data, and large has 5100 MiB",
      last,
    ].join("\n"),
  );
});
