import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { builtIn } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";

const folder = new URL("../../policies/", import.meta.url);
const ids = [...builtIn, ...policies].map(({ id }) => id);

describe("the list of policies", () => {
  test("has these ids", () => {
    expect([...ids].sort().join(" ")).toBe(
      [
        "CTR-007 CTR-009 CTR-010 CTR-011 CTR-013 CTR-015 CTR-016 CTR-019 CTR-032 CTR-033 CTR-035 CTR-036",
        "IMG-004 IMG-011 INP-001 NET-002 NET-004 NET-023",
        "PRV-001 PRV-002 PRV-003 PRV-004 PRV-005 PRV-006 PRV-007 PRV-008",
        "PRV-009 PRV-010 PRV-011 PRV-012 PRV-013 PRV-014 PRV-015 PRV-016",
        "SEC-001 SEC-003 STA-002 VOL-002 WVR-001 WVR-002 WVR-003",
      ].join(" "),
    );
  });

  test("holds each rule of each family, and each is tested", () => {
    const rules = filesOf(folder).filter((name) => !name.endsWith("/index.ts"));
    const tests = filesOf(new URL(".", import.meta.url));

    expect(policies).toHaveLength(rules.length);
    expect(tests).toEqual(expect.arrayContaining(rules.map((rule) => rule.replace(".ts", ".test.ts"))));
  });
});

/** Files of the families: the folders whose list is in policies/index.ts. */
function filesOf(root: URL): string[] {
  return [
    ...readFileSync(new URL("index.ts", folder), "utf8").matchAll(/from "\.\/(\w+)\/index\.ts"/g),
  ].flatMap(([, family]) => readdirSync(new URL(`${family}/`, root)).map((name) => `${family}/${name}`));
}
