import { expect, test } from "vitest";
import type { ContainerState } from "../../runners/docker/observe.ts";
import type { Survey } from "../../runners/docker/survey.ts";
import type { Drift } from "../../runners/drift.ts";
import { planLines, planOf } from "../../runners/plan.ts";
import { containerSpec, stackOf } from "../support/stack.ts";

const probed = (interval: string) => ({
  healthcheck: { test: ["CMD", "ask"], interval, timeout: "3s", retries: 3, start_period: "30s" },
});
const store = containerSpec("store", {
  volumes: [{ name: "data", path: "/data", readOnly: false }],
  block: probed("10s"),
});
const migrate = containerSpec("migrate", { job: true, dependsOn: [store.name] });
const api = containerSpec("api", { dependsOn: [migrate.name, store.name], block: probed("2s") });
const web = containerSpec("web", { networks: [{ name: "edge", aliases: [] }], block: probed("10s") });
const stack = stackOf([store, migrate, api, web], { volumes: [{ name: "data" }] });

const named = (name: string) => ({ Name: `/${name}` }) as ContainerState;
const seen: Survey = {
  containers: new Map([store, migrate, api, web].map(({ name }) => [name, named(name)])),
  ...{ images: new Map(), networks: [], volumes: new Map(), files: new Map(), surplus: [] },
};
const memory = { setting: "memory", declared: "128", found: "64" };
const driftOf = (name: string, given: Partial<Drift> = {}): Drift => ({
  ...{ kind: "container", name, differences: ["has memory 64 MiB instead of 128 MiB"], changes: [memory] },
  ...given,
});
const situation = { stack, seen, runner: { changesInPlace: ["memory"] } };
const inTheWay = (...names: readonly string[]) => ({
  ...{ containers: names.map((name) => ({ state: named(name), reason: "it differs" })), networks: [] },
});
const plan = (drift: readonly Drift[], ...names: readonly string[]) =>
  planOf({ ...situation, drift, inTheWay: inTheWay(...names) });

test("what runs as configured needs nothing", () => {
  expect(plan([])).toEqual({ steps: [], dataInDanger: [] });
});

test("a setting that the runner changes while the container runs on keeps nobody waiting", () => {
  expect(plan([driftOf(store.name)]).steps).toEqual([
    {
      ...{ kind: "container", name: store.name, action: "change in place", standsStill: [] },
      ...{ reasons: ["memory 64 MiB → 128 MiB"], changes: [memory] },
    },
  ]);
});

test("what is replaced is away until its first probe, after what it waits for that is replaced too", () => {
  const { steps } = plan([driftOf(store.name), driftOf(api.name)], store.name, api.name);

  expect(
    steps.map(({ name, action, awaySeconds, standsStill }) => [name, action, awaySeconds, standsStill]),
  ).toEqual([
    [store.name, "replace", 14, ["api"]],
    [api.name, "replace", 16, []],
  ]);
  expect(planLines({ steps, dataInDanger: [] })).toEqual([
    `plan: ${store.name}: replace: memory 64 MiB → 128 MiB; away for about 14 s; meanwhile api cannot work`,
    `plan: ${api.name}: replace: memory 64 MiB → 128 MiB; away for about 16 s`,
  ]);
});

test("a network that is made again takes its containers along; what is not there is made", () => {
  const edge = driftOf("edge", { kind: "network" });
  const absent = {
    ...seen,
    networks: [{ Name: "edge" }] as unknown as Survey["networks"],
    containers: new Map([...seen.containers].filter(([name]) => name !== api.name)),
  };
  const { steps } = planOf({
    ...{ ...situation, seen: absent, inTheWay: inTheWay("exploreiot-demo-old") },
    drift: [
      edge,
      driftOf(api.name, { differences: ["is not there"], changes: [] }),
      driftOf("spare", { kind: "network", surplus: true, differences: ["is not configured"], changes: [] }),
    ],
  });

  expect(steps.map(({ name, action, reasons }) => [name, action, reasons])).toEqual([
    ["edge", "replace", ["memory 64 MiB → 128 MiB"]],
    ["spare", "remove", ["is not configured"]],
    [api.name, "create", ["is not there"]],
    [web.name, "replace", ["its network edge is made again"]],
    ["exploreiot-demo-old", "remove", ["it differs"]],
  ]);
});

test("a volume with data that is not as configured is in danger, one that is not there is not", () => {
  const driver = { setting: "driver", declared: "local", found: "nfs" };
  const volume = (given: Partial<Drift>) => driftOf("data", { kind: "volume", ...given });

  const danger = plan([volume({ changes: [driver], differences: ["x"] })]);
  expect(danger.dataInDanger).toEqual(["data"]);
  // Who mounts it is made again, too.
  expect(danger.steps.map(({ name, action, reasons }) => [name, action, reasons])).toEqual([
    ["data", "create", ["driver nfs → local"]],
    [store.name, "replace", ["its volume data is made again"]],
  ]);
  expect(plan([volume({ changes: [], differences: ["is not there"] })]).dataInDanger).toEqual([]);
});
