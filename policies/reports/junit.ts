import { XMLBuilder } from "fast-xml-parser";
import type { UserError } from "../../core/errors.ts";
import { SEVERITIES, type Severity } from "../../site/policy-settings.ts";
import type { PolicyReport } from "../evaluate.ts";
import type { Finding } from "../policy.ts";
import { isAtOrAbove, type Judgement, type Status, statusOf } from "./judgement.ts";

/** A rule that proved nothing is skipped, not passed. */
const SKIPPED: ReadonlySet<Status> = new Set(["nothing to judge", "not enforceable", "known", "relaxed"]);

/**
 * One suite for an input, one case for a rule. JUnit has no standard; this is what GitLab, Jenkins and GitHub's
 * actions read. What could not be read is a suite of errors, since nothing of it was found to be right.
 *
 * @see https://github.com/testmoapp/junitxml
 */
export function junitReport(judgements: readonly Judgement[], refused: readonly UserError[] = []): string {
  const builder = new XMLBuilder({ ignoreAttributes: false, attributeNamePrefix: "@", format: true });
  const testsuite = judgements.map(({ file, reports, stopAt }) => ({
    "@name": file,
    "@tests": reports.length,
    "@failures": reports.filter((report) => stoppingIn(report, stopAt).length > 0).length,
    "@skipped": reports.filter((report) => SKIPPED.has(statusOf(report))).length,
    testcase: reports.map((report) => testCase(report, stopAt)),
  }));
  const suites = { "@name": "exploreiot policy", testsuite: [...testsuite, ...unread(refused)] };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${builder.build({ testsuites: suites })}`;
}

function unread(refused: readonly UserError[]): readonly object[] {
  if (refused.length === 0) return [];
  const testcase = refused.map((error) => {
    const [head = ""] = error.message.split("\n");
    return { "@classname": "input", "@name": head, error: { "@message": head, "#text": error.render() } };
  });
  return [
    { "@name": "what cannot be judged", "@tests": refused.length, "@errors": refused.length, testcase },
  ];
}

/** A finding that stops nothing is told, and fails nothing. */
function testCase(report: PolicyReport, stopAt: Severity) {
  const { policy, findings } = report;
  const named = { "@classname": policy.id.slice(0, 3), "@name": `${policy.id} ${policy.title}` };
  if (SKIPPED.has(statusOf(report))) return { ...named, skipped: "" };
  const [worst, ...more] = stoppingIn(report, stopAt);
  if (worst === undefined)
    return findings.length === 0 ? named : { ...named, "system-out": findings.map(paragraph).join("\n") };
  const message = more.length === 0 ? "1 finding" : `${more.length + 1} findings`;
  const text = [worst, ...more].map(paragraph).join("\n");
  return { ...named, failure: { "@message": message, "@type": worst.severity, "#text": text } };
}

const stoppingIn = ({ findings }: PolicyReport, stopAt: Severity): readonly Finding[] =>
  findings
    .filter(({ severity }) => isAtOrAbove(severity, stopAt))
    .sort((a, b) => SEVERITIES.indexOf(a.severity) - SEVERITIES.indexOf(b.severity));

const paragraph = ({ path, evidence, allowed, fix }: Finding): string =>
  `${path}: ${evidence}\nallowed: ${allowed}\nfix: ${fix}`;
