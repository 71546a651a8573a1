import { expect, test } from "vitest";
import { bridgeName } from "../../firewall/bridges.ts";

test("a bridge's name fits into Linux's 15 characters and tells deployments apart", () => {
  const names = ["edge", "broker", "data"] as const;

  expect(names.map((name) => bridgeName("local", name))).toEqual([
    "xi25bf8e-edge",
    "xi25bf8e-broker",
    "xi25bf8e-data",
  ]);
  expect(bridgeName("a-very-long-name-no2", "broker")).toHaveLength(15);
  expect(bridgeName("local-2", "edge")).not.toBe(bridgeName("local", "edge"));
});
