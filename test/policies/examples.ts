import { StackDocument } from "../../policies/document.ts";
import { builtIn, evaluate, type PolicyReport } from "../../policies/evaluate.ts";
import { fileResources } from "../../policies/files.ts";
import { policies } from "../../policies/index.ts";
import { parseDocuments } from "../../policies/inputs/compose/documents.ts";
import { readCompose } from "../../policies/inputs/compose/read.ts";
import { isPlan, readPlan } from "../../policies/inputs/plan.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { Policy } from "../../policies/policy.ts";

/** Whether an example is what a machine shows, which no file does. */
export const isShown = (example: string): boolean => example.startsWith("$ ");

/** The report of a rule on an example, which is one of the forms that `Policy.avoid` lists. */
export function reportOf(policy: Policy, example: string): PolicyReport {
  const judging = builtIn.includes(policy) ? policies : [policy];
  const report = evaluate(stackOf(example), judging).find((one) => one.policy.id === policy.id);
  if (report === undefined) throw new Error(`${policy.id} did not judge`);
  return report;
}

/** An example as rules see it. */
export function stackOf(example: string): StackDocument {
  const [, name, text] = /^# (\S+)\n([\s\S]*)$/.exec(example) ?? [];
  if (name !== undefined && text !== undefined) return ofFile(name, text);
  if (!example.startsWith("{")) return ofCompose(example);
  const json: unknown = JSON.parse(example);
  return isPlan(json) ? readPlan(json) : readTerraformJson(json);
}

const ofFile = (path: string, text: string): StackDocument =>
  new StackDocument({
    dialect: "compose",
    resources: [],
    declarations: fileResources([], { looseFiles: [{ path, text }] }),
    unreadable: [],
  });

function ofCompose(example: string): StackDocument {
  const text = /^services:/m.test(example) ? example : asService(example);
  const file = "compose.yaml";
  return readCompose([{ file, documents: parseDocuments(text, file) }], "/srv/example", {}).stack;
}

/** Keys of one service, which is called `web`, in a project that declares the network of that name. */
function asService(example: string): string {
  const image = /^(image|build):/m.test(example) ? "" : "    image: example/app:1.0\n";
  return `services:\n  web:\n${image}${example.replaceAll(/^/gm, "    ")}\nnetworks: {web: {}, data: {internal: true}}\n`;
}
