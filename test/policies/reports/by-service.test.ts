import { expect, test } from "vitest";
import { definePolicy } from "../../../policies/policy.ts";
import { byService } from "../../../policies/reports/by-service.ts";
import type { Found } from "../../../policies/reports/judgement.ts";
import type { Severity } from "../../../site/policy-settings.ts";

const rule = (id: string, severity: Severity) =>
  definePolicy({
    ...{
      id,
      severity,
      title: "t",
      why: "A test asks.",
      avoid: "a: 1",
      prefer: "a: 2",
      allowed: "a",
      fix: "f",
    },
    ...{ source: "a test", looksAt: ["docker_container"], check: () => [] },
  });

function found(
  id: string,
  severity: Severity,
  ...all: readonly (readonly [path: string, evidence: string])[]
) {
  const policy = rule(id, severity);
  return all.map(
    ([path, evidence]): Found => ({
      policy,
      finding: { policy: id, severity, path, evidence, allowed: "a", fix: "f" },
    }),
  );
}

/** `ID: evidence, …` of each entry, by section. */
const sections = (all: readonly Found[]) =>
  byService(all).map(({ name, entries }) => [
    name,
    entries.map(({ policy, evidence }) => `${policy.id}: ${evidence.join(", ")}`),
  ]);

test("services come by the worst of what is found in them, and what is found in a file that they are given counts", () => {
  expect(
    sections([
      ...found("A-001", "low", ["services.a", "x"], ["services.a", "y"]),
      ...found("B-001", "critical", ["services.b:mosquitto.conf", "z"]),
      ...found("C-001", "high", ["services.b", "w"], ["services.a", "w"]),
    ]),
  ).toEqual([
    ["services.b", ["B-001: z", "C-001: w"]],
    ["services.a", ["C-001: w", "A-001: x, y"]],
  ]);
});

test("the same thing in three places is told once, and one thing in each of them; what is critical only if it is the same", () => {
  const places = ["services.a", "services.b", "services.c"];
  const same = places.map((path) => [path, "x"] as const);
  const other = places.map((path, at) => [path, `y${at}`] as const);

  expect(
    sections([
      ...found("A-001", "low", ...same),
      ...found("B-001", "high", ...other),
      ...found("C-001", "high", ...other, ["services.a", "y9"]),
      ...found("D-001", "critical", ...other),
    ]),
  ).toEqual([
    ["services.a", ["D-001: y0", "C-001: y0, y9"]],
    ["services.b", ["D-001: y1", "C-001: y1"]],
    ["services.c", ["D-001: y2", "C-001: y2"]],
    [undefined, ["B-001: y0, y1, y2", "A-001: x"]],
  ]);
  expect(sections(found("D-001", "critical", ...same))).toEqual([[undefined, ["D-001: x"]]]);
  expect(sections(found("A-001", "low", ...same.slice(1)))).toHaveLength(2);
});
