import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { stateIsNotCommitted } from "../../../policies/state/state-is-not-committed.ts";
import { judges, reportOf } from "../judging.ts";

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

test("this project's own .gitignore has them", () => {
  const text = readFileSync(new URL("../../../.gitignore", import.meta.url), "utf8");

  expect(
    reportOf(stateIsNotCommitted, { resource: { "file/gitignore": { Own: { file: ".gitignore", text } } } }),
  ).toEqual({
    examined: 1,
    findings: [],
  });
});
