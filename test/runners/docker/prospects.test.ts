import { describe, expect, test } from "vitest";
import type { ContainerState, Observation } from "../../../runners/docker/observe.ts";
import { Prospects } from "../../../runners/docker/prospects.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

const DB = "exploreiot-demo-db";
const API = "exploreiot-demo-api";
const PAGE = "exploreiot-demo-page";
const JOB = "exploreiot-demo-job";
/** The page comes after the API; the database and the API may find each other. */
const stack = stackOf([
  containerSpec("db"),
  containerSpec("api"),
  containerSpec("page", { dependsOn: [API] }),
  containerSpec("job", { job: true }),
]);

type Seen = Readonly<Record<string, "healthy" | "starting" | "unhealthy" | "done" | "at work">>;
const seen = (states: Seen): Observation => ({
  images: new Map(),
  containers: new Map(
    Object.entries(states).map(([name, is]) => [
      name,
      {
        State: {
          ...{ Running: is !== "done", ExitCode: 0 },
          ...(is === "done" || is === "at work" ? {} : { Health: { Status: is } }),
        },
      } as ContainerState,
    ]),
  ),
});
const SETTLED: Seen = { [DB]: "healthy", [JOB]: "done" };
const failed = { exitCode: "3", oom: false };
const times = (count: number, what: () => boolean) => Array.from({ length: count }, what);

describe("a container that ends with an error is lost", () => {
  test("the third time, where nothing is left that it could be waiting for", () => {
    const prospects = new Prospects(stack);

    expect(times(3, () => prospects.ended(API, failed, seen(SETTLED)))).toEqual([false, false, true]);
  });

  test("not while another one starts that it may need, however often", () => {
    const prospects = new Prospects(stack);
    const early = seen({ ...SETTLED, [DB]: "starting" });

    expect(times(5, () => prospects.ended(API, failed, early))).toEqual(Array(5).fill(false));
    expect(times(3, () => prospects.ended(API, failed, seen(SETTLED)))).toEqual([false, false, true]);
  });

  test.each([
    ["one that is not there yet", { [JOB]: "done" }],
    ["a job that is at work", { ...SETTLED, [JOB]: "at work" }],
    ["one that is unhealthy, and may recover", { ...SETTLED, [DB]: "unhealthy" }],
  ] as const)("not while there is %s", (_, states) => {
    const prospects = new Prospects(stack);

    expect(times(5, () => prospects.ended(API, failed, seen(states)))).toEqual(Array(5).fill(false));
  });

  test("together with another one that fails, since they cannot both wait for each other for ever", () => {
    const prospects = new Prospects(stack);
    const both = () => [
      prospects.ended(API, failed, seen({ [JOB]: "done" })),
      prospects.ended(DB, failed, seen({ [JOB]: "done" })),
    ];

    expect([both(), both(), both(), both()].flat()).toEqual([
      ...[false, false, false, false],
      ...[false, true, true, true],
    ]);
  });

  test.each([
    ["its program is not there", { exitCode: "127", oom: false }],
    ["its program cannot be run", { exitCode: "126", oom: false }],
    ["memory does not suffice", { exitCode: "137", oom: true }],
  ])("the second time, no matter what the others do, where %s", (_, end) => {
    const prospects = new Prospects(stack);

    expect(times(2, () => prospects.ended(API, end, seen({ [DB]: "starting" })))).toEqual([false, true]);
  });

  test("not if it was healthy in between", () => {
    const prospects = new Prospects(stack);
    const end = () => prospects.ended(API, failed, seen(SETTLED));

    expect([end(), end(), prospects.healthy(API), end(), end(), end()]).toEqual([
      ...[false, false, undefined],
      ...[false, false, true],
    ]);
  });
});

describe("a container that is unhealthy is lost", () => {
  const patient = stackOf([
    containerSpec("db"),
    containerSpec("api", {
      block: {
        healthcheck: { test: ["CMD", "true"], interval: "1s", timeout: "1s", retries: 5, start_period: "1s" },
      },
    }),
    containerSpec("job", { job: true }),
  ]);
  const probed = (prospects: Prospects, states: Seen) =>
    prospects.unhealthy(API, seen({ ...states, [API]: "unhealthy" }));

  test("at its second failed probe with nothing left to wait for, where it never was healthy", () => {
    const prospects = new Prospects(patient);
    prospects.started(API);

    expect(probed(prospects, { ...SETTLED, [DB]: "starting" })).toBe(false);
    expect(times(2, () => probed(prospects, SETTLED))).toEqual([false, true]);
  });

  test("after all its retries, where it was healthy before what it needs was replaced", () => {
    const prospects = new Prospects(patient);
    prospects.started(API);
    prospects.healthy(API);

    expect(times(9, () => probed(prospects, { ...SETTLED, [DB]: "starting" }))).toEqual(Array(9).fill(false));
    expect(times(5, () => probed(prospects, SETTLED))).toEqual([false, false, false, false, true]);
  });

  test("not by the probes of another one", () => {
    const prospects = new Prospects(stack);
    times(3, () => prospects.unhealthy(API, seen({ ...SETTLED, [API]: "unhealthy" })));

    expect(prospects.unhealthy(PAGE, seen(SETTLED))).toBe(false);
  });
});
