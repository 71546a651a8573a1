import { evaluate } from "../../policies/evaluate.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { Policy } from "../../policies/policy.ts";
import type { Block } from "../../policies/values.ts";

/** The report of a policy on resources: evidence of what it finds, and why it cannot enforce the rest. */
export function said(policy: Policy, resource: Readonly<Record<string, Readonly<Record<string, Block>>>>) {
  const report = evaluate(readTerraformJson({ resource }), [policy]).at(-1);
  return {
    examined: report?.examined,
    findings: report?.findings.map(({ path, evidence }) => `${path}: ${evidence}`),
    notEnforceable: report?.notEnforceable.map(({ reason }) => reason),
  };
}
