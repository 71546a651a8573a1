import { readFileSync } from "node:fs";
import { UserError } from "../config/errors.ts";
import { policies } from "./index.ts";
import { evaluate, type PolicyReport } from "./policy.ts";

/**
 * The gate at synthesis: judges what Terraform will read, so that escape hatches are seen like everything else.
 *
 * @param files the synthesized `cdk.tf.json` of each stack
 * @throws UserError that lists every finding
 */
export function judge(files: readonly string[]): void {
  const found = files
    .flatMap((file) => evaluate(parse(file, readFileSync(file, "utf8")), policies))
    .flatMap(paragraphs);
  if (found.length === 0) return;
  throw new UserError(
    [
      `the policies stop this synthesis: ${found.length} ${found.length === 1 ? "finding" : "findings"}`,
      ...found,
    ].join("\n"),
    "policies/README.md says what each rule prevents",
  );
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
      `    ${policy.id} ${policy.title}`,
      `    allowed: ${allowed}`,
      `    fix: ${fix}`,
    ].join("\n"),
  );
