import { readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { builtIn } from "../../policies/evaluate.ts";
import { families, policies } from "../../policies/index.ts";
import type { Policy } from "../../policies/policy.ts";

const folder = new URL("../../policies/", import.meta.url);
const all = [...builtIn, ...policies];
const ids = all.map(({ id }) => id);

describe("the list of policies", () => {
  test("has these ids", () => {
    expect([...ids].sort().join(" ")).toBe(
      [
        "CTR-001 CTR-002 CTR-003 CTR-004 CTR-005 CTR-006 CTR-008 CTR-009 CTR-010 CTR-011 CTR-012 CTR-013",
        "CTR-014 CTR-015 CTR-016 CTR-017 CTR-018 CTR-019 CTR-020 CTR-021 CTR-022 CTR-023 CTR-024 CTR-025",
        "CTR-026 CTR-027 CTR-028 CTR-029 CTR-030 CTR-031 CTR-032 CTR-034 CTR-037 CTR-038 CTR-039 CTR-040",
        "CTR-041 CTR-042 CTR-043 CTR-044 DMN-001 DMN-002 DMN-003 DMN-004 DMN-005 DMN-006 DMN-007 DMN-008",
        "DMN-009 DMN-010 FWL-001 FWL-002 FWL-003 FWL-004 FWL-005 FWL-006 FWL-007 FWL-008 FWL-009 FWL-010",
        "FWL-011 FWL-012 HTP-001 HTP-002 HTP-003 HTP-004 HTP-005 HTP-006 HTP-007 HTP-008 HTP-009 HTP-010",
        "HTP-011 HTP-012 HTP-013 HTP-014 HTP-015 HTP-016 HTP-017 HTP-018 HTP-019 HTP-020 HTP-021 HTP-022",
        "IMG-001 IMG-002 IMG-003 IMG-005 IMG-006 IMG-007 IMG-008 IMG-009 IMG-010 IMG-012 INP-001 MQT-001",
        "MQT-002 MQT-003 MQT-004 MQT-005 MQT-006 MQT-007 MQT-008 MQT-009 MQT-010 MQT-011 MQT-012 MQT-013",
        "MQT-014 MQT-015 MQT-016 MQT-017 MQT-018 MQT-019 MQT-020 MQT-021 MQT-022 NET-001 NET-002 NET-003",
        "NET-004 NET-005 NET-006 NET-007 NET-008 NET-009 NET-010 NET-011 NET-012 NET-013 NET-014 NET-015",
        "NET-016 NET-017 NET-018 NET-019 NET-020 NET-021 NET-022 NET-023 NET-024 NET-025 NET-026 PGS-001",
        "PGS-002 PGS-003 PGS-004 PGS-005 PGS-006 PGS-007 PGS-008 PGS-009 PGS-010 PGS-011 PGS-012 PGS-013",
        "PGS-014 PGS-015 PRV-001 PRV-002 PRV-003 PRV-004 PRV-005 PRV-006 PRV-007 PRV-008 PRV-009 PRV-010",
        "PRV-011 PRV-012 PRV-013 PRV-014 PRV-015 PRV-016 PRV-017 PRV-018 PRV-019 PRV-020 PRV-021 PRV-022",
        "PRV-023 RDS-001 RDS-002 RDS-003 RDS-004 RDS-005 RDS-006 RDS-007 RDS-008 RDS-009 RDS-010 RDS-011",
        "RDS-012 SEC-001 SEC-002 SEC-003 SEC-004 SEC-005 SEC-006 SEC-007 SEC-008 SEC-009 SEC-010 SEC-011",
        "SEC-012 SEC-013 SEC-014 SEC-015 SEC-016 STA-001 STA-003 STA-004 STA-005 STA-006 STA-007 STA-008",
        "SWM-001 SWM-002 SWM-003 SWM-004 SWM-005 SWM-006 SWM-007 SWM-008 SWM-009 SWM-010 SWM-011 SWM-012",
        "SWM-013 SWM-014 SWM-015 SWM-016 TLS-001 TLS-002 TLS-003 TLS-004 TLS-005 TLS-006 TLS-007 TLS-008",
        "TLS-009 TLS-010 TLS-011 TLS-012 TLS-013 TLS-014 TLS-015 VOL-001 VOL-002 VOL-003 VOL-004 VOL-005",
        "VOL-006 VOL-007 VOL-008 WVR-001 WVR-002 WVR-003",
      ].join(" "),
    );
  });

  test("has renamed these, and gives no rule an id that another has or had", () => {
    const former = all.flatMap(({ id, formerly = [] }) => formerly.map((old) => `${old} ${id}`));

    expect(former.sort()).toEqual([
      "CTR-007 PRV-017",
      "CTR-033 PRV-018",
      "CTR-035 PRV-019",
      "CTR-036 PRV-020",
      "IMG-004 PRV-021",
      "IMG-011 PRV-022",
      "STA-002 PRV-023",
    ]);
    expect(new Set([...ids, ...former.map((entry) => entry.split(" ")[0])]).size).toBe(
      ids.length + former.length,
    );
  });

  test("has the letters of its folder in each id; what holds for every input is in no folder", () => {
    const letters = (rules: readonly Policy[]) => [...new Set(rules.map(({ id }) => id.split("-")[0]))];

    expect(Object.entries(families).map(([folder, rules]) => [folder, ...letters(rules)])).toEqual([
      ["provider", "PRV"],
      ["containers", "CTR"],
      ["images", "IMG"],
      ["volumes", "VOL"],
      ["network", "NET"],
      ["tls", "TLS"],
      ["mqtt", "MQT"],
      ["postgres", "PGS"],
      ["redis", "RDS"],
      ["http", "HTP"],
      ["secrets", "SEC"],
      ["state", "STA"],
      ["swarm", "SWM"],
      ["host", "DMN"],
      ["firewall", "FWL"],
    ]);
    expect(letters(builtIn)).toEqual(["INP", "WVR"]);
  });

  test("holds each rule of each family, and each is tested", () => {
    const rules = filesOf(folder).filter((name) => !name.endsWith("/index.ts"));
    const tests = filesOf(new URL(".", import.meta.url));

    expect(policies).toHaveLength(rules.length);
    expect(tests).toEqual(expect.arrayContaining(rules.map((rule) => rule.replace(".ts", ".test.ts"))));
  });
});

function filesOf(root: URL): string[] {
  return Object.keys(families).flatMap((family) =>
    readdirSync(new URL(`${family}/`, root)).map((name) => `${family}/${name}`),
  );
}
