import ignore from "ignore";
import type { Resource } from "../document.ts";
import { parseOnce, textOf } from "../facts/parsed-files.ts";
import { parseWorkflow, type Upload } from "../files/workflow.ts";
import { definePolicy } from "../policy.ts";

/** What Terraform and those who look at its plans leave in a folder. */
const FILES = [
  "terraform.tfstate",
  "terraform.tfstate.backup",
  "stack.tfplan",
  "plan.json",
  "crash.log",
  ".terraform/terraform.tfstate",
  "cdktf.out/stacks/stack/plan",
];

/** A week: who has to look at the plan of a run that failed does it soon. GitHub keeps artefacts for 90 days by itself. */
const MOST_DAYS = 7;

export const stateIsNotCommitted = definePolicy({
  id: "STA-003",
  severity: "high",
  title: "states, plans and what they are printed to stay out of git, and out of artefacts that last",
  why: "`terraform show -json` prints sensitive values in clear, and so does the state: once pushed they are everybody's, and an artefact of a run is for everybody who may read the repository.",
  avoid: `# .gitignore
node_modules/`,
  prefer: `# .gitignore
*.tfstate
*.tfstate.*
*.tfplan
plan.json
crash.log
.terraform/
cdktf.out/`,
  allowed: `*.tfstate, *.tfstate.*, *.tfplan, plan.json, crash.log, .terraform/ and cdktf.out/ in .gitignore; an artefact with any of them with retention-days of at most ${MOST_DAYS}`,
  fix: "add the lines, or upload less; what was published already has leaked, so change the secrets in it",
  source: "Terraform documentation, terraform show; github/gitignore, Terraform; actions/upload-artifact",
  looksAt: ["file/gitignore", "file/workflow"],
  check: (file) => (file.type === "file/workflow" ? published(file) : committed(file)),
});

function committed(file: Resource): readonly string[] {
  const ignored = ignore().add(textOf(file));
  return FILES.filter((name) => !ignored.ignores(name)).map((name) => `${name} is not ignored`);
}

const published = (workflow: Resource): readonly string[] =>
  parseOnce(workflow, parseWorkflow)
    .filter(({ days }) => !(days <= MOST_DAYS))
    .flatMap(problem);

/** The patterns of an upload are those of .gitignore, but for what they are relative to. */
function problem({ job, paths, days }: Upload): readonly string[] {
  const uploaded = ignore().add([...paths]);
  const kept = Number.isNaN(days) ? "as long as the repository says" : `for ${days} days`;
  const inside = FILES.find((name) => uploaded.ignores(name));
  return inside === undefined ? [] : [`job ${job} uploads ${inside}, and keeps it ${kept}`];
}
