import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { policies } from "../../policies/index.ts";
import { stackCanBeRead } from "../../policies/policy.ts";

const folder = new URL("../../policies/", import.meta.url);
const ids = [stackCanBeRead, ...policies].map(({ id }) => id);

describe("the list of policies", () => {
  test("has these ids", () => {
    expect([...ids].sort().join(" ")).toBe(
      [
        "CTR-007 CTR-009 CTR-010 CTR-011 CTR-013 CTR-015 CTR-016 CTR-019 CTR-032 CTR-033 CTR-035 CTR-036",
        "IMG-004 IMG-011 INP-001 NET-002 NET-004 NET-023",
        "PRV-001 PRV-002 PRV-003 PRV-004 PRV-005 PRV-006 PRV-007 PRV-008",
        "PRV-009 PRV-010 PRV-011 PRV-012 PRV-013 PRV-014 PRV-015 PRV-016",
        "SEC-001 SEC-003 STA-002 VOL-002",
      ].join(" "),
    );
  });

  test("holds each rule of the folder, and each is tested", () => {
    const rules = readdirSync(new URL("provider/", folder));
    const tests = readdirSync(new URL("provider/", import.meta.url));

    expect(policies).toHaveLength(rules.length);
    expect(tests).toEqual(rules.map((rule) => rule.replace(".ts", ".test.ts")));
  });

  test("is the table of policies/README.md, in any order", () => {
    const rows = readFileSync(new URL("README.md", folder), "utf8").matchAll(
      /^\| ([A-Z]{3}-\d{3}) \| ([^|]+) \|/gm,
    );

    expect([...rows].map(([, id, title]) => `${id} ${title}`).sort()).toEqual(
      [stackCanBeRead, ...policies].map(({ id, title }) => `${id} ${title}`).sort(),
    );
  });
});
