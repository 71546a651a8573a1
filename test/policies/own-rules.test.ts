import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { loadOwnRules } from "../../policies/own-rules.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const RULE = `import { definePolicy } from "${projectRoot}/policies/policy.ts";
import { must } from "${projectRoot}/policies/values.ts";
export const helper = 1;
export const hostnames = definePolicy({
  id: "ACME-001", severity: "medium", title: "containers have a host name of the plant",
  why: "Logs name it.", avoid: "hostname: web", prefer: "hostname: plant-web", allowed: "plant-…",
  fix: "set hostname", source: "plant manual", looksAt: ["docker_container"],
  check: ({ block }) => must(block, "hostname", (value: unknown) => String(value).startsWith("plant-")),
});
`;

const loading = (files: Readonly<Record<string, string>>) => {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) write(folder, name, text);
  return loadOwnRules(folder);
};

describe("rules of one's own", () => {
  test("are every exported rule of a folder's TypeScript and JavaScript, but for tests", async () => {
    const js = RULE.replaceAll("ACME-001", "ACME-002").replaceAll("value: unknown", "value");
    const rules = await loading({ "a.ts": RULE, "b.js": js, "a.test.ts": "throw 1", "notes.md": "x" });
    const json = { resource: { docker_container: { A: { hostname: "plant-a" }, B: { hostname: "b" } } } };
    const reports = evaluate(readTerraformJson(json), rules);

    expect(rules.map(({ id }) => id)).toEqual(["ACME-001", "ACME-002"]);
    expect(reports.at(-1)).toMatchObject({
      examined: 2,
      findings: [{ policy: "ACME-002", path: "stack/docker_container.B", evidence: 'hostname is "b"' }],
    });
  });

  test.each([
    ["without a rule", { "a.ts": "export const x = 1;" }, "exports no rule"],
    [
      "with half a rule",
      { "a.ts": 'export const x = { id: "ACME-001", looksAt: ["*"] };' },
      "x is no rule: severity: ",
    ],
    [
      "with the id of a rule of the kit",
      { "a.ts": RULE.replaceAll("ACME-001", "CTR-009") },
      "CTR-009 is the id of another rule",
    ],
    ["with one id twice", { "a.ts": RULE, "b.ts": RULE }, "ACME-001 is the id of another rule"],
    ["that does not compile", { "a.ts": "export const = ;" }, "a.ts: cannot be loaded"],
  ])("are refused from a folder %s", async (_, files, message) => {
    await expect(loading(files)).rejects.toThrow(message);
  });

  test("are refused from where no folder is", async () => {
    await expect(loadOwnRules("/nowhere")).rejects.toThrow("/nowhere: no such folder");
  });
});
