import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { builtIn } from "../../policies/evaluate.ts";
import { families, policies } from "../../policies/index.ts";
import type { Policy } from "../../policies/policy.ts";

const folder = new URL("../../policies/", import.meta.url);
const all = [...builtIn, ...policies];
const ids = all.map(({ id }) => id);

describe("the list of policies", () => {
  test("has the ids of ids.txt: reports and waivers name them, so none goes", () => {
    expect(`${[...ids].sort().join("\n")}\n`).toBe(readFileSync(new URL("ids.txt", import.meta.url), "utf8"));
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
      ["stores", "STO"],
      ["grafana", "GRF"],
      ["traefik", "TRF"],
      ["node-red", "NOD"],
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
