import ignore from "ignore";
import { textOf } from "../facts/parsed-files.ts";
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

/**
 * `terraform show -json` prints sensitive values in clear, and so does the state: once pushed they are everybody's.
 */
export const stateIsNotCommitted = definePolicy({
  id: "STA-003",
  severity: "high",
  title: "git ignores states, plans and what they are printed to",
  allowed: "*.tfstate, *.tfstate.*, *.tfplan, plan.json, crash.log, .terraform/ and cdktf.out/ in .gitignore",
  fix: "add the lines; what was committed already has leaked, so change the secrets in it",
  source: "Terraform documentation, terraform show; github/gitignore, Terraform",
  looksAt: ["file/gitignore"],
  check: (file) => {
    const ignored = ignore().add(textOf(file));
    return FILES.filter((name) => !ignored.ignores(name)).map((name) => `${name} is not ignored`);
  },
});
