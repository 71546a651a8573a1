import { describe, expect, test } from "vitest";
import type { NetworkState } from "../../../runners/docker/networks.ts";
import { networkChanges } from "../../../runners/settings/network.ts";
import type { NetworkSpec } from "../../../runners/stack.ts";
import { errorText } from "../../support/error-text.ts";

const spec: NetworkSpec = {
  name: "exploreiot-demo-edge",
  internal: false,
  ipv6: true,
  subnets: [
    { subnet: "10.1.0.0/24", gateway: "10.1.0.1" },
    { subnet: "fd00:30:1::/64", gateway: "fd00:30:1::1" },
  ],
  options: { "com.docker.network.bridge.name": "xi0a1b2c-edge" },
  more: { driver: "bridge" },
};

const IPV6 = { Subnet: "fd00:30:1:0::/64", Gateway: "fd00:30:1:0::1" };

const found: NetworkState & Readonly<Record<string, unknown>> = {
  Id: "n1",
  Name: spec.name,
  Driver: "bridge",
  Internal: false,
  EnableIPv6: true,
  Options: { "com.docker.network.bridge.name": "xi0a1b2c-edge", "com.docker.network.enable_ipv4": "true" },
  Labels: { "com.docker.compose.version": "5" },
  Containers: {},
  IPAM: { ...{ Driver: "default" }, Config: [IPV6, { Subnet: "10.1.0.0/24", Gateway: "10.1.0.1" }] },
};

const RANGES = "10.1.0.0/24 by 10.1.0.1, fd00:30:1:0:0:0:0:0/64 by fd00:30:1:0:0:0:0:1";

describe("a network", () => {
  test("with the engine's own options and spelling is as declared", () => {
    expect(networkChanges(spec, found)).toEqual([]);
  });

  test.each([
    { with: { Internal: true }, changes: [{ setting: "internal", found: "true" }] },
    { with: { EnableIPv6: false }, changes: [{ setting: "ipv6", declared: "true" }] },
    { with: { Driver: "macvlan" }, changes: [{ setting: "driver", declared: "bridge", found: "macvlan" }] },
    { with: { Attachable: true }, changes: [{ setting: "attachable", found: "true" }] },
    {
      with: { Options: { "com.docker.network.bridge.name": "br-1", more: "1" } },
      changes: [
        { setting: "options.com.docker.network.bridge.name", declared: "xi0a1b2c-edge", found: "br-1" },
        { setting: "options.more", found: "1" },
      ],
    },
    {
      with: { IPAM: { Driver: "default", Config: [IPV6, { Subnet: "10.1.0.0/24", Gateway: "10.1.0.9" }] } },
      changes: [
        { setting: "ipam_config", declared: RANGES, found: RANGES.replace("10.1.0.1,", "10.1.0.9,") },
      ],
    },
    {
      with: { IPAM: { Driver: "default", Config: null } },
      changes: [{ setting: "ipam_config", declared: RANGES }],
    },
  ])("with $with differs in that", ({ with: change, changes }) => {
    expect(networkChanges(spec, { ...found, ...change })).toEqual(changes);
  });

  test("whose subnets the engine picks may have any", () => {
    expect(networkChanges({ ...spec, subnets: [] }, found)).toEqual([]);
  });

  test("with an attribute that nothing reads back is refused", async () => {
    expect(await errorText(() => networkChanges({ ...spec, more: { scope: "swarm" } }, found))).toBe(
      `exploreiot-demo-edge: scope: nothing tells whether this is as declared, and so nobody would see a change
  → take it out of the configuration, or say in runners/settings/ how it is read`,
    );
  });
});
