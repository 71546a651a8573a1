import { expect, test } from "vitest";
import { clientKey } from "@/lib/server/client-key";

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["2001:db8::1", "2001:db8:0:0"],
  ["2001:db8:0:0:ffff::2", "2001:db8:0:0"],
  ["2001:DB8:0:1::1", "2001:db8:0:1"],
  ["::1", "0:0:0:0"],
  ["fe80::", "fe80:0:0:0"],
  ["1:2:3:4:5:6:7:8", "1:2:3:4"],
])("%s counts as %s", (address, key) => {
  expect(clientKey(address)).toBe(key);
});
