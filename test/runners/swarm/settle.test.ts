import { expect, test } from "vitest";
import type { SwarmServiceState } from "../../../runners/swarm/observe-swarm.ts";
import { type Progress, progressOf } from "../../../runners/swarm/settle.ts";

const task = (state: string) => ({ id: "a", state, since: "2026-11-30T00:00:00Z" });
const seen = (change: Partial<SwarmServiceState>): SwarmServiceState => ({
  ...{ version: "new", running: "new", settings: {}, goesOn: true, isDone: false, task: task("running") },
  ...change,
});

test.each<[string, boolean, SwarmServiceState | undefined, Progress]>([
  ["runs as declared", false, seen({}), "settled"],
  [
    "runs as declared again, after another version was taken back",
    false,
    seen({ update: "rollback_completed" }),
    "settled",
  ],
  ["is started", false, seen({ task: task("starting") }), "pending"],
  ["still shows the task of before", false, seen({ running: "old" }), "pending"],
  ["is being updated", false, seen({ update: "updating" }), "pending"],
  ["is being put back to what is declared", false, seen({ update: "rollback_started" }), "pending"],
  [
    "is being taken back",
    false,
    seen({ version: "old", update: "rollback_started" }),
    { failed: "was taken back by the swarm" },
  ],
  [
    "was taken back",
    false,
    seen({ version: "old", running: "old", update: "rollback_completed" }),
    { failed: "was taken back by the swarm" },
  ],
  ["is of before", false, seen({ version: "old", running: "old" }), { failed: "is of another version" }],
  ["is not there", false, undefined, { failed: "is not there" }],
  ["is done", true, seen({ task: task("complete"), goesOn: false }), "settled"],
  [
    "is done, of which the swarm forgot every task and runs it again",
    true,
    seen({ isDone: true, running: undefined, update: "updating" }),
    "settled",
  ],
  [
    "is done in an earlier version",
    true,
    seen({ isDone: true, version: "old" }),
    { failed: "is of another version" },
  ],
  ["is at work", true, seen({}), "pending"],
  ["is tried again", true, seen({ task: task("failed") }), "pending"],
  [
    "was tried often enough",
    true,
    seen({ task: task("failed"), goesOn: false }),
    { failed: "failed as often as it may be tried" },
  ],
])("a service of a swarm that %s", (_, job, found, progress) => {
  const asked = {
    role: "api",
    name: "exploreiot-a_api",
    address: "docker_service.api",
    stage: 1,
    job,
    version: "new",
    labels: {},
  };

  expect(progressOf(asked, found)).toEqual(progress);
});
