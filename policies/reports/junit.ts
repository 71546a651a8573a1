import { getJunitXml } from "junit-xml";
import type { PolicyReport } from "../evaluate.ts";
import { type Judgement, statusOf } from "./judgement.ts";

/** One suite for an input, one case for a rule; a rule that looked at nothing, or could not judge, is skipped. */
export function junitReport(judgements: readonly Judgement[]): string {
  return getJunitXml({
    name: "exploreiot policy",
    suites: judgements.map(({ file, reports }) => ({
      name: file,
      testCases: reports.map((report) => testCase(report, file)),
    })),
  });
}

function testCase(report: PolicyReport, file: string) {
  const { policy, findings } = report;
  const status = statusOf(report);
  return {
    name: `${policy.id} ${policy.title}`,
    classname: policy.id.slice(0, 3),
    file,
    failures: findings.map(({ path, evidence, allowed, fix }) => ({
      message: `${path}: ${evidence}\nallowed: ${allowed}\nfix: ${fix}`,
      type: policy.severity,
    })),
    skipped: status === "nothing to judge" || status === "not enforceable" || status === "relaxed",
  };
}
