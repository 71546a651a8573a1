import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stateIsNotCommitted } from "../../../policies/state/state-is-not-committed.ts";
import { judges, reportOf } from "../judging.ts";
import { said } from "../reports.ts";

const ignored = (...lines: string[]) => ({ file: ".gitignore", text: lines.join("\n") });
const ALL = ["*.tfstate", "*.tfstate.*", "*.tfplan", "plan.json", "crash.log", ".terraform/", "cdktf.out/"];

judges(stateIsNotCommitted, "STA-003", {
  rejects: [
    {
      name: "plans, and a state that is taken back",
      given: ignored("*.tfstate*", "!terraform.tfstate", "# *.tfplan", "/.terraform", "cdktf.out", "*.log"),
      evidence: [
        "terraform.tfstate is not ignored",
        "stack.tfplan is not ignored",
        "plan.json is not ignored",
      ],
    },
    {
      name: "a file whose text is not here",
      given: { file: ".gitignore" },
      evidence: ["cannot be judged: .gitignore: its text is not known here"],
    },
  ],
  accepts: [{ name: "all of them", given: ignored(...ALL) }],
});

const WORKFLOW = (path: string, retention = "") => ({
  file: ".github/workflows/ci.yml",
  text: `
jobs:
  plan:
    steps:
      - run: terraform plan
      - uses: actions/upload-artifact@0123 # v4
        with:
          name: plan
          path: ${path}
          ${retention}
`,
});

judges({ ...stateIsNotCommitted, looksAt: ["file/workflow"] }, "STA-003", {
  rejects: [
    {
      name: "a plan that is kept as an artefact",
      given: WORKFLOW("plan.json"),
      evidence: ["job plan uploads plan.json, and keeps it as long as the repository says"],
    },
    {
      name: "a folder with a state, for a month",
      given: WORKFLOW("|\n            .terraform/\n            logs/", "retention-days: 30"),
      evidence: ["job plan uploads .terraform/terraform.tfstate, and keeps it for 30 days"],
    },
    {
      name: "everything",
      given: WORKFLOW('"**"'),
      evidence: ["job plan uploads terraform.tfstate, and keeps it as long as the repository says"],
    },
    {
      name: "what is no workflow",
      given: { file: ".github/workflows/ci.yml", text: "steps: []" },
      evidence: ["cannot be judged: ci.yml: it has no jobs"],
    },
  ],
  accepts: [
    { name: "a plan that goes in a week", given: WORKFLOW("plan.json", "retention-days: 7") },
    { name: "a report", given: WORKFLOW("policies.xml") },
    { name: "a workflow that calls another", given: { text: "jobs:\n  all:\n    uses: ./x.yml" } },
  ],
});

test("this project's own workflows are seen, and keep no plan", () => {
  const text = readFileSync(new URL("../../../.github/workflows/ci.yml", import.meta.url), "utf8");

  expect(said(stateIsNotCommitted, {}, { ".github/workflows/ci.yml": text })).toMatchObject({
    examined: 1,
    findings: [],
  });
});

test("this project's own .gitignore has them", () => {
  const text = readFileSync(new URL("../../../.gitignore", import.meta.url), "utf8");

  expect(
    reportOf(stateIsNotCommitted, { resource: { "file/gitignore": { Own: { file: ".gitignore", text } } } }),
  ).toEqual({
    examined: 1,
    findings: [],
  });
});
