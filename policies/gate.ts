import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../core/errors.ts";
import { filesBelow } from "./files.ts";
import { policies } from "./index.ts";
import { readTerraformJson } from "./inputs/terraform-json.ts";
import { judgeStack } from "./judge.ts";
import type { Policy } from "./policy.ts";
import { type Judgement, stoppingIn } from "./reports/judgement.ts";
import { paragraphs, relaxations, renamings } from "./reports/paragraphs.ts";

/** A synthesized stack, and the rules of its own that a deployment adds. */
export interface SynthesizedStack {
  readonly file: string;
  readonly ownRules: readonly Policy[];
}

/**
 * The gate at synthesis: judges what Terraform will read, so that escape hatches are seen like everything else.
 *
 * @returns a line for each waiver that names a rule by a former id, and one for each stack in which rules are relaxed
 * @throws UserError that lists every finding at or above the severity that a stack stops at
 */
export function judge(stacks: readonly SynthesizedStack[]): readonly string[] {
  // Of a thousand stacks that pass nothing is kept but what is told of them.
  const judged = stacks.map((stack) => {
    const judgement = judgeFile(stack);
    return { found: stoppingIn(judgement), told: [...renamings(judgement), ...relaxations(judgement)] };
  });
  const found = judged.flatMap((stack) => stack.found);
  if (found.length === 0) return judged.flatMap(({ told }) => told);
  throw new UserError(
    [
      `the policies stop this synthesis: ${found.length} ${found.length === 1 ? "finding" : "findings"}`,
      ...paragraphs(found),
    ].join("\n"),
    "exploreiot policy explain ID says what a rule prevents; policies/README.md says how to waive one",
  );
}

function judgeFile({ file, ownRules }: SynthesizedStack): Judgement {
  const text = readFileSync(file, "utf8");
  const stack = readTerraformJson(parse(file, text), filesBelow(dirname(file)));
  return judgeStack(stack, { file, text }, [...policies, ...ownRules]);
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UserError(`${file}: is not JSON (${(error as Error).message})`, "synthesize the stack again");
  }
}
