import { type Judgement, statusOf } from "./judgement.ts";

/** Everything that was said, for programs. */
export function jsonReport(judgements: readonly Judgement[]): string {
  const inputs = judgements.map(({ file, environment, stopAt, reports }) => ({
    file,
    environment,
    stopAt,
    rules: reports.map((report) => ({
      id: report.policy.id,
      title: report.policy.title,
      severity: report.policy.severity,
      status: statusOf(report),
      examined: report.examined,
      findings: report.findings,
      waived: report.waived,
      relaxed: report.relaxed,
      notEnforceable: report.notEnforceable,
    })),
  }));
  return JSON.stringify({ inputs }, null, 2);
}
