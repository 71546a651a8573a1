import { describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { policyMatchers } from "../../policies/matchers.ts";
import { elementAt, synthesized } from "./synthesized.ts";

expect.extend(policyMatchers);

const sound = synthesizedOnce();
const broken = synthesizedOnce((stack) =>
  elementAt(stack, "Redis/Service/Container").addOverride("memory", 0),
);
const AT = "local/Redis/Service/Container";

function synthesizedOnce(change?: Parameters<typeof synthesized>[1]) {
  let json: unknown;
  return () => {
    json ??= synthesized(local, change).json;
    return json as object;
  };
}

describe("matchers for tests of one's own", () => {
  test("accept a parsed stack and its text", () => {
    expect(sound()).toSatisfyPolicies();
    expect(JSON.stringify(sound())).toSatisfyPolicies();
    expect(sound()).not.toViolate("CTR-009");
  });

  test("find a violation anywhere, or at one place", () => {
    expect(broken()).toViolate("CTR-009");
    expect(broken()).toViolate("CTR-009", { at: AT });
    expect(broken()).not.toViolate("CTR-009", { at: "local/Postgres/Service/Container" });
  });

  test.each([
    [
      "findings where none should be",
      () => expect(broken()).toSatisfyPolicies(),
      `expected no findings:\n${AT}: memory is 0\n    CTR-009 (medium) memory is limited`,
    ],
    [
      "none where one should be",
      () => expect(sound()).toViolate("CTR-009"),
      "expected a finding of CTR-009; it finds nothing",
    ],
    [
      "one at another place",
      () => expect(broken()).toViolate("CTR-009", { at: "local/X" }),
      `expected a finding of CTR-009 at local/X; it finds something at ${AT}`,
    ],
  ])("fail with what they saw: %s", (_, assertion, message) => {
    expect(assertion).toThrow(message);
  });
});
