import { beforeEach, describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { policyMatchers } from "../../policies/matchers.ts";
import { elementAt, synthesized } from "./synthesized.ts";

expect.extend(policyMatchers);

let sound = "";
let broken = "";
const at = (service: string) => `t-${process.pid}-broken/${service}/Service/Container`;

/** The text of a stack, as cdktf's `Testing.synth` returns it. */
const text = JSON.stringify({
  resource: { docker_container: { A: { "//": { metadata: { path: "demo/A" } }, pid_mode: "host" } } },
});

describe("matchers for tests of one's own", () => {
  // Paths, so that the files that a stack delivers are read with it.
  beforeEach(() => {
    sound = synthesized(local).file;
    broken = synthesized({ ...local, name: "broken" }, (stack) =>
      elementAt(stack, "Redis/Service/Container").addOverride("pid_mode", "host"),
    ).file;
  });

  test("find nothing in a sound stack", () => {
    expect(sound).toSatisfyPolicies();
    expect(sound).not.toViolate("CTR-020");
  });

  test("find a violation anywhere, or at one place, in a file, a text and what was parsed", () => {
    expect(broken).toViolate("CTR-020");
    expect(broken).toViolate("CTR-020", { at: at("Redis") });
    expect(broken).not.toViolate("CTR-020", { at: at("Postgres") });
    expect(text).toViolate("CTR-020", { at: "demo/A" });
    expect(JSON.parse(text)).toViolate("CTR-020", { at: "demo/A" });
  });

  test("know a rule by its former id", () => {
    const removed = { resource: { docker_container: { A: { rm: true } } } };
    const kept = { resource: { docker_container: { A: { rm: false } } } };

    expect(removed).toViolate("CTR-036", { at: "stack/docker_container.A" });
    expect(kept).not.toViolate("CTR-036");
  });

  test.each([
    [
      "findings where none should be",
      () => expect(broken).toSatisfyPolicies(),
      `expected no findings:\n${at("Redis")}: pid_mode is "host"\n    CTR-020 (high) `,
    ],
    [
      "none where one should be",
      () => expect(sound).toViolate("CTR-020"),
      "expected a finding of CTR-020; it finds nothing",
    ],
    [
      "one at another place",
      () => expect(broken).toViolate("CTR-020", { at: "local/X" }),
      `expected a finding of CTR-020 at local/X; it finds something at ${at("Redis")}`,
    ],
  ])("fail with what they saw: %s", (_, assertion, message) => {
    expect(assertion).toThrow(message);
  });
});
