import { afterEach, expect, test, vi } from "vitest";
import { areOf } from "../../../runners/docker/host-routes.ts";

const on = (...devices: readonly string[]) =>
  devices.map((device) => ({ subnet: "10.0.0.0/24", device, routed: false }));

afterEach(() => void vi.unstubAllEnvs());

test.each([
  ["its only bridge, the default one", ["docker0"], on("eth0", "docker0"), true],
  ["a bridge that was made for a network", ["docker0", "br-1"], on("docker0", "br-1"), true],
  [
    "the default bridge alone where it has others: any engine has that",
    ["docker0", "br-1"],
    on("docker0", "br-2"),
    false,
  ],
  ["none of its bridges", ["docker0"], on("eth0"), false],
])("routes of this machine with %s", (_, bridges, routes, isHere) => {
  vi.stubEnv("DOCKER_HOST", "unix:///var/run/docker.sock");
  expect(areOf(new Set(bridges), routes)).toBe(isHere);
});

test.each(["ssh://far", "tcp://far:2376"])(
  "routes of this machine are not those of %s, even if all are alike",
  (host) => {
    vi.stubEnv("DOCKER_HOST", host);
    expect(areOf(new Set(["docker0", "br-1"]), on("docker0", "br-1"))).toBe(false);
  },
);
