import { expect, test } from "vitest";
import { managers } from "../../../runners/doctor/swarm.ts";
import { engine } from "../../support/scripted-engine.ts";

const MORE = "once one more is lost nothing can be changed, and no service moves to another node";

/** A node of a swarm, with what the leader says of a manager. */
const node = (reachability?: string) => ({
  ...{ ID: "a", Description: { Hostname: "a" }, Spec: { Availability: "active" } },
  Status: { State: "ready", Addr: "192.0.2.1" },
  ...(reachability === undefined
    ? {}
    : { ManagerStatus: { Addr: "192.0.2.1:2377", Reachability: reachability } }),
});

test.each([
  [
    "one, by choice",
    ["reachable", undefined],
    "ok",
    "1 of 1 managers of the swarm are reachable: while it is away nothing can be changed, and what runs goes on",
  ],
  [
    "two, of which neither may be lost",
    ["reachable", "reachable"],
    "problem",
    `2 of 2 managers of the swarm are reachable: ${MORE}`,
  ],
  [
    "three",
    ["reachable", "reachable", "reachable", undefined],
    "ok",
    "3 of 3 managers of the swarm are reachable, and 1 more may be lost",
  ],
  [
    "three, of which one is away",
    ["reachable", "unreachable", "reachable"],
    "problem",
    `2 of 3 managers of the swarm are reachable: ${MORE}`,
  ],
  [
    "five, of which one is away",
    ["reachable", "unreachable", "reachable", "reachable", "reachable"],
    "ok",
    "4 of 5 managers of the swarm are reachable, and 1 more may be lost",
  ],
] as const)("of the managers of a swarm, %s", async (_, nodes, state, evidence) => {
  await engine({ things: { "/nodes": nodes.map(node) } });

  expect(await managers({ Swarm: { LocalNodeState: "active", ControlAvailable: true } })).toMatchObject([
    { id: "swarm.managers", state, evidence },
  ]);
});

test("nothing is said of managers by an engine that is none", async () => {
  expect(await managers({ Swarm: { LocalNodeState: "active", ControlAvailable: false } })).toEqual([]);
  expect(await managers({})).toEqual([]);
});
