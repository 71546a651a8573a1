import type { Severity } from "../../site/policy-settings.ts";
import type { Found, Judgement } from "./judgement.ts";

/** How severities are coloured on a terminal; the identity elsewhere. */
export type Paint = (severity: Severity, text: string) => string;

/** Findings, for reading: those of one rule that stand next to each other share what is allowed and what to do. */
export function paragraphs(found: readonly Found[], paint: Paint = (_, text) => text): readonly string[] {
  return found.map(({ policy, finding }, at) => {
    const place = `${finding.path}: ${finding.evidence}`;
    const next = found[at + 1];
    if (next?.policy === policy && next.finding.severity === finding.severity) return place;
    return [
      place,
      `    ${paint(finding.severity, `${policy.id} (${finding.severity})`)} ${policy.title}`,
      `    allowed: ${finding.allowed}`,
      `    fix: ${finding.fix}`,
    ].join("\n");
  });
}

/** One line for a stack in which rules are relaxed: which, and how much each of them would find. */
export function relaxations({ environment, reports, file }: Judgement): readonly string[] {
  const relaxed = reports.filter(({ relaxed }) => relaxed.length > 0);
  if (relaxed.length === 0) return [];
  const ids = relaxed.map(({ policy, relaxed }) => `${policy.id} (${relaxed.length})`).join(", ");
  return [`${file}: relaxed in environment ${environment}: ${ids}`];
}

/** One line for each finding that is waived under an id that its rule had: the waiver holds, and should be told. */
export const renamings = ({ file, reports }: Judgement): readonly string[] =>
  reports
    .flatMap(({ waived }) => waived)
    .flatMap(({ calledBy, policy, path }) =>
      calledBy === undefined
        ? []
        : [`${file}: the waiver of ${calledBy} at ${path} holds; write ${policy}, the rule's id now`],
    );
