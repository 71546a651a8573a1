import { SEVERITIES } from "../../site/policy-settings.ts";
import { aboutInput } from "../input-rules.ts";
import { findingsOf, type Judgement, statusOf, stoppingIn } from "./judgement.ts";

/** The sum of all of it, in one line, which calls nothing well that was not looked at. */
export function summary(judgements: readonly Judgement[], gone: number): string {
  const shown = judgements.flatMap(stoppingIn);
  const all = judgements.flatMap(findingsOf);
  const reports = judgements.flatMap((judgement) => judgement.reports);
  const looked = reports.filter((report) => statusOf(report) === "satisfied").length;
  const known = reports.flatMap((report) => report.known).length;
  const waived = reports.flatMap((report) => report.waived).length;
  const below = all.length - shown.length;
  const hasGaps = shown.some(({ policy }) => aboutInput.includes(policy));
  const severities = SEVERITIES.map((severity) => ({
    severity,
    count: shown.filter(({ finding }) => finding.severity === severity).length,
  })).filter(({ count }) => count > 0);
  return [
    shown.length === 0
      ? `no findings: ${looked} rules looked at something and hold`
      : `${counted(shown.length, "finding")}: ${severities.map(({ severity, count }) => `${count} ${severity}`).join(", ")}`,
    ...(hasGaps ? ["not all of it can be judged"] : []),
    ...(below === 0 ? [] : [`${below} below what stops are not shown (--stop-at info shows them)`]),
    ...(known === 0 ? [] : [`${known} known from the baseline`]),
    ...(gone === 0 ? [] : [`${gone} of the baseline are gone (--write-baseline drops them)`]),
    ...(waived === 0 ? [] : [`${waived} waived`]),
  ].join("; ");
}

export const counted = (count: number, what: string): string => `${count} ${count === 1 ? what : `${what}s`}`;
