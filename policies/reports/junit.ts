import { XMLBuilder } from "fast-xml-parser";
import type { Severity } from "../../site/policy-settings.ts";
import type { PolicyReport } from "../evaluate.ts";
import { isAtOrAbove, type Judgement, type Status, statusOf } from "./judgement.ts";

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
  const testsuite = judgements.map(({ file, reports, stopAt }) => ({
    "@name": file,
    "@tests": reports.length,
    "@failures": reports.filter((report) => fails(report, stopAt)).length,
    "@skipped": reports.filter((report) => SKIPPED.has(statusOf(report))).length,
    testcase: reports.map((report) => testCase(report, stopAt)),
  }));
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: { "@name": "exploreiot policy", testsuite } })}`;
}

/** What is found below the severity that stops is told, and is no failure. */
const fails = ({ policy, findings }: PolicyReport, stopAt: Severity): boolean =>
  findings.length > 0 && isAtOrAbove(policy.severity, stopAt);

function testCase(report: PolicyReport, stopAt: Severity) {
  const { policy, findings } = report;
  const named = { "@classname": policy.id.slice(0, 3), "@name": `${policy.id} ${policy.title}` };
  if (findings.length > 0) {
    const text = findings
      .map(({ path, evidence, allowed, fix }) => `${path}: ${evidence}\nallowed: ${allowed}\nfix: ${fix}`)
      .join("\n");
    if (!fails(report, stopAt)) return { ...named, "system-out": text };
    const message = `${findings.length} ${findings.length === 1 ? "finding" : "findings"}`;
    return { ...named, failure: { "@message": message, "@type": policy.severity, "#text": text } };
  }
  return SKIPPED.has(statusOf(report)) ? { ...named, skipped: "" } : named;
}
