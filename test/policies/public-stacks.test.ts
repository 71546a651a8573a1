import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";

const folder = join(import.meta.dirname, "public-stacks");
const stacks = readdirSync(folder)
  .filter((name) => name.endsWith(".yaml"))
  .flatMap((name) =>
    loadInputs({ paths: [join(folder, name)] }).inputs.map(({ stack }) => ({ name, stack })),
  );

/** The findings of high or critical weight, as `FILE ID severity path: evidence`. */
const found = stacks.flatMap(({ name, stack }) =>
  evaluate(stack, policies)
    .flatMap(({ findings }) => findings)
    .filter(({ severity }) => severity === "critical" || severity === "high")
    .map(
      ({ policy, severity, path, evidence }) =>
        `${name} ${policy} ${severity} ${path}: ${evidence.replaceAll(folder, "…")}`,
    ),
);

/**
 * Stacks in the manner of those that projects publish: written for this test, as they are used and not as they should be.
 * `marks.txt` has each finding with what somebody who read the file says of it: right, or wrong because the evidence is
 * not so, the service is no such thing, or nobody is exposed to it.
 */
describe("what is found in public stacks", () => {
  const marks = readFileSync(join(folder, "marks.txt"), "utf8").trimEnd().split("\n");
  const wrong = marks.filter((mark) => mark.startsWith("wrong "));

  test("there are more than 60 services", () => {
    expect(stacks.flatMap(({ stack }) => stack.of(["docker_container"])).length).toBe(89);
  });

  test("every high and critical finding is marked, and no other", () => {
    expect(found.toSorted()).toEqual(marks.map((mark) => mark.replace(/^(right|wrong) /, "")).toSorted());
  });

  test("fewer than 3 in 100 are wrong", () => {
    expect(wrong.length / marks.length).toBeLessThan(0.03);
  });
});
