import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../config/errors.ts";
import { policySettings, SEVERITIES, type Severity } from "../config/policy-settings.ts";
import type { StackDocument } from "./document.ts";
import { evaluate, type PolicyReport } from "./evaluate.ts";
import { textBelow } from "./files.ts";
import { policies } from "./index.ts";
import { readTerraformJson } from "./inputs/terraform-json.ts";

/**
 * The gate at synthesis: judges what Terraform will read, so that escape hatches are seen like everything else.
 *
 * @param files the synthesized `cdk.tf.json` of each stack
 * @returns one line for each stack in which rules are relaxed
 * @throws UserError that lists every finding at or above the severity that the stack stops at
 */
export function judge(files: readonly string[]): readonly string[] {
  const judged = files.map(judgeFile);
  const found = judged.flatMap(({ stack, reports }) =>
    reports.filter(({ policy }) => stops(stack, policy.severity)).flatMap(paragraphs),
  );
  if (found.length === 0) return judged.flatMap(({ stack, reports }) => relaxations(stack, reports));
  throw new UserError(
    [
      `the policies stop this synthesis: ${found.length} ${found.length === 1 ? "finding" : "findings"}`,
      ...found,
    ].join("\n"),
    "exploreiot policy explain ID says what a rule prevents; policies/README.md says how to waive one",
  );
}

function judgeFile(file: string) {
  const stack = readTerraformJson(parse(file, readFileSync(file, "utf8")), {
    read: textBelow(dirname(file)),
  });
  return { stack, reports: evaluate(stack, policies) };
}

/** Whether findings of a severity stop this stack. Settings that cannot be read stop at everything. */
export function stops({ settings }: StackDocument, severity: Severity): boolean {
  const read = policySettings.safeParse(settings ?? {});
  const stopAt = read.success ? read.data.stopAt : "info";
  return SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(stopAt);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}: is not JSON (${(error as Error).message})`, "synthesize the stack again");
  }
}

const paragraphs = ({ policy, findings }: PolicyReport): readonly string[] =>
  findings.map(({ path, evidence, allowed, fix }) =>
    [
      `${path}: ${evidence}`,
      `    ${policy.id} (${policy.severity}) ${policy.title}`,
      `    allowed: ${allowed}`,
      `    fix: ${fix}`,
    ].join("\n"),
  );

function relaxations(stack: StackDocument, reports: readonly PolicyReport[]): readonly string[] {
  const relaxed = reports.filter(({ relaxed }) => relaxed.length > 0);
  if (relaxed.length === 0) return [];
  const ids = relaxed.map(({ policy, relaxed }) => `${policy.id} (${relaxed.length})`).join(", ");
  return [`${stack.of(["stack"])[0]?.path ?? "stack"}: relaxed in environment ${stack.environment}: ${ids}`];
}
