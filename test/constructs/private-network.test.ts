import { expect, test } from "vitest";
import { firstAddress } from "../../constructs/private-network.ts";

test.each([
  ["172.30.1.0/24", "172.30.1.1"],
  ["10.0.0.8/29", "10.0.0.9"],
  ["10.255.255.128/25", "10.255.255.129"],
  ["172.16.0.0/12", "172.16.0.1"],
  ["fd00:30:1::/64", "fd00:30:1::1"],
  ["fd00::10/124", "fd00::11"],
  ["2001:db8::/32", "2001:db8::1"],
])("the gateway of %s is %s", (subnet, gateway) => {
  expect(firstAddress(subnet)).toBe(gateway);
});
