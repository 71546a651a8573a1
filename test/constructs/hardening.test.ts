import { expect, test } from "vitest";
import { goDuration, tmpfsOptions } from "../../constructs/hardening.ts";

test.each([
  [0, "0s"],
  [0.5, "500ms"],
  [1, "1s"],
  [1.5, "1.5s"],
  [59, "59s"],
  [60, "1m0s"],
  [90, "1m30s"],
  [3600, "1h0m0s"],
  [3661, "1h1m1s"],
])("%d s is written as Go prints it: %s", (seconds, text) => {
  expect(goDuration(seconds)).toBe(text);
});

test("a tmpfs runs nothing and belongs to the container's user alone", () => {
  expect(tmpfsOptions(16, "10001:20002")).toBe("size=16m,noexec,nosuid,nodev,uid=10001,gid=20002,mode=0700");
});
