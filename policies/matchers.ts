import type {} from "vitest";
import type { StackDocument } from "./document.ts";
import { policies as shipped } from "./index.ts";
import { loadInputs } from "./inputs/load.ts";
import { readTerraformJson } from "./inputs/terraform-json.ts";
import { judgeStack } from "./judge.ts";
import { isCalled, type Policy } from "./policy.ts";
import { findingsOf } from "./reports/judgement.ts";
import { paragraphs } from "./reports/paragraphs.ts";

/** The input to judge: a parsed `cdk.tf.json`, its text (what cdktf's `Testing.synth` returns), or the path of a file. */
export type Judged = string | object;

interface MatcherResult {
  readonly pass: boolean;
  readonly message: () => string;
}

/**
 * Matchers for vitest: `expect.extend(policyMatchers)`.
 *
 * - `expect(json).toSatisfyPolicies()` fails with every finding; rules of one's own are given as its argument.
 * - `expect(json).toViolate("NET-004", { at: "local/Edge/Container" })` fails unless the rule finds something there.
 */
export const policyMatchers = {
  toSatisfyPolicies(received: Judged, ownRules: readonly Policy[] = []): MatcherResult {
    const found = findings(received, ownRules);
    return {
      pass: found.length === 0,
      message: () =>
        found.length === 0
          ? "expected a finding, and there is none"
          : `expected no findings:\n${paragraphs(found).join("\n")}`,
    };
  },

  toViolate(
    received: Judged,
    id: string,
    { at, rules = [] }: { readonly at?: string; readonly rules?: readonly Policy[] } = {},
  ): MatcherResult {
    const ofRule = findings(received, rules).filter(({ policy }) => isCalled(policy, id));
    const where = ofRule.map(({ finding }) => finding.path);
    const pass = at === undefined ? where.length > 0 : where.includes(at);
    const place = at === undefined ? "" : ` at ${at}`;
    return {
      pass,
      message: () =>
        pass
          ? `expected no finding of ${id}${place}:\n${paragraphs(ofRule).join("\n")}`
          : `expected a finding of ${id}${place}; it finds ${where.length === 0 ? "nothing" : `something at ${where.join(", ")}`}`,
    };
  },
};

function findings(received: Judged, ownRules: readonly Policy[]) {
  const known = [...shipped, ...ownRules];
  return read(received).flatMap((stack) => findingsOf(judgeStack(stack, { file: "stack", text: "" }, known)));
}

function read(received: Judged): readonly StackDocument[] {
  if (typeof received !== "string") return [readTerraformJson(received)];
  if (/^\s*\{/.test(received)) return [readTerraformJson(JSON.parse(received))];
  const { inputs, refused } = loadInputs({ paths: [received] });
  if (refused[0] !== undefined) throw refused[0];
  return inputs.map(({ stack }) => stack);
}

declare module "vitest" {
  // biome-ignore lint/suspicious/noExplicitAny: an interface merges only with the same type parameters as vitest's
  interface Matchers<T = any> {
    /** No rule of the kit, and none of `ownRules`, finds anything. */
    toSatisfyPolicies(ownRules?: readonly Policy[]): void;

    /** A rule finds something: anywhere, or at one path. */
    toViolate(id: string, where?: { readonly at?: string; readonly rules?: readonly Policy[] }): void;
  }
}
