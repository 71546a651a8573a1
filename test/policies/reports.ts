import { evaluate } from "../../policies/evaluate.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import type { Policy } from "../../policies/policy.ts";

interface Said {
  readonly examined: number;
  readonly findings: readonly string[];
  readonly relaxed: readonly string[];
  readonly notEnforceable: readonly string[];
}

/**
 * The findings of one policy on a parsed `cdk.tf.json` and the files next to it, each as `path: evidence`.
 *
 * @param files path to text
 */
export function said(policy: Policy, json: unknown, files: Readonly<Record<string, string>> = {}): Said {
  const looseFiles = Object.entries(files).map(([path, text]) => ({ path, text }));
  const report = evaluate(readTerraformJson(json, { looseFiles }), [policy]).at(-1);
  if (report === undefined) throw new Error("no report");
  const lines = (found: readonly { readonly path: string; readonly evidence: string }[]) =>
    found.map(({ path, evidence }) => `${path}: ${evidence}`);
  return {
    examined: report.examined,
    findings: lines(report.findings),
    relaxed: lines(report.relaxed),
    notEnforceable: report.notEnforceable.map(({ path, reason }) => `${path}: ${reason}`),
  };
}
