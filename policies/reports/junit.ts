import { XMLBuilder } from "fast-xml-parser";
import type { PolicyReport } from "../evaluate.ts";
import { type Judgement, type Status, statusOf } from "./judgement.ts";

/** A rule that proved nothing is skipped, not passed. */
const SKIPPED: ReadonlySet<Status> = new Set(["nothing to judge", "not enforceable", "relaxed"]);

/**
 * One suite for an input, one case for a rule. JUnit has no standard; this is what GitLab, Jenkins and GitHub's
 * actions read.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function junitReport(judgements: readonly Judgement[]): string {
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true });
  const testsuite = judgements.map(({ file, reports }) => ({
    "@name": file,
    "@tests": reports.length,
    "@failures": reports.filter((report) => statusOf(report) === "violated").length,
    "@skipped": reports.filter((report) => SKIPPED.has(statusOf(report))).length,
    testcase: reports.map(testCase),
  }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { "@name": "exploreiot policy", testsuite } })}`;
}

function testCase(report: PolicyReport) {
  const { policy, findings } = report;
  const named = { "@classname": policy.id.slice(0, 3), "@name": `${policy.id} ${policy.title}` };
  if (findings.length > 0) {
    const text = findings
      .map(({ path, evidence, allowed, fix }) => `${path}: ${evidence}\nallowed: ${allowed}\nfix: ${fix}`)
      .join("\n");
    const message = `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
    return { ...named, failure: { "@message": message, "@type": policy.severity, "#text": text } };
  }
  return SKIPPED.has(statusOf(report)) ? { ...named, skipped: "" } : named;
}
