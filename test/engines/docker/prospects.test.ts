import { describe, expect, test } from "vitest";
import type { ContainerState, Observation } from "../../../engines/docker/observe.ts";
import { Prospects } from "../../../engines/docker/prospects.ts";
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
  ])("the second time, whatever the others do, where %s", (_, end) => {
    const prospects = new Prospects(stack);

    expect(times(2, () => prospects.ended(API, end, seen({ [DB]: "starting" })))).toEqual([false, true]);
  });

  test("not if it was healthy in between", () => {
    const prospects = new Prospects(stack);
    const end = () => prospects.ended(API, failed, seen(SETTLED));

    expect([end(), end(), prospects.forget(API), end(), end(), end()]).toEqual([
      ...[false, false, undefined],
      ...[false, false, true],
    ]);
  });
});

test("a container that is unhealthy is lost at its second failed probe with nothing left to wait for", () => {
  const prospects = new Prospects(stack);
  const probed = (states: Seen) => prospects.unhealthy(API, seen({ ...states, [API]: "unhealthy" }));

  expect([probed({ ...SETTLED, [DB]: "starting" }), probed(SETTLED), probed(SETTLED)]).toEqual([
    ...[false, false, true],
  ]);
  expect(prospects.unhealthy(PAGE, seen(SETTLED))).toBe(false);
});
