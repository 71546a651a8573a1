import { describe, expect, test } from "vitest";
import { isNetworkAsDeclared } from "../../../engines/docker/declared-networks.ts";
import type { NetworkState } from "../../../engines/docker/networks.ts";
import type { NetworkSpec } from "../../../engines/stack.ts";

const spec: NetworkSpec = {
  name: "exploreiot-demo-edge",
  internal: false,
  ipv6: true,
  subnets: [
    { subnet: "10.1.0.0/24", gateway: "10.1.0.1" },
    { subnet: "fd00:30:1::/64", gateway: "fd00:30:1::1" },
  ],
  options: { "com.docker.network.bridge.name": "xi0a1b2c-edge" },
};

const found: NetworkState = {
  Id: "n1",
  Name: spec.name,
  Internal: false,
  EnableIPv6: true,
  Options: { "com.docker.network.bridge.name": "xi0a1b2c-edge", "com.docker.network.enable_ipv4": "true" },
  Labels: null,
  Containers: {},
  IPAM: { Config: [{ Subnet: "fd00:30:1:0::/64" }, { Subnet: "10.1.0.0/24" }] },
};

describe("a network", () => {
  test.each([
    { what: "with the engine's own options and spelling", found, is: true },
    { what: "without a way out", found: { ...found, Internal: true }, is: false },
    { what: "without IPv6", found: { ...found, EnableIPv6: false }, is: false },
    {
      what: "on another bridge",
      found: { ...found, Options: { "com.docker.network.bridge.name": "br-1" } },
      is: false,
    },
    { what: "without options", found: { ...found, Options: null }, is: false },
    {
      what: "with another subnet",
      found: { ...found, IPAM: { Config: [{ Subnet: "10.1.0.0/25" }] } },
      is: false,
    },
    { what: "with no addresses", found: { ...found, IPAM: { Config: null } }, is: false },
  ])("$what is as declared: $is", ({ found, is }) => {
    expect(isNetworkAsDeclared(spec, found)).toBe(is);
  });

  test("whose subnets the engine picks may have any", () => {
    expect(isNetworkAsDeclared({ ...spec, subnets: [] }, found)).toBe(true);
  });
});
