import type { Severity } from "../../site/policy-settings.ts";
import type { PolicyReport } from "../evaluate.ts";
import type { Finding, Policy } from "../policy.ts";
import { findingsOf, type Judgement, type Status, statusOf } from "./judgement.ts";

/** How severities are coloured on a terminal; the identity elsewhere. */
export type Paint = (severity: Severity, text: string) => string;

interface Found {
  readonly policy: Policy;
  readonly finding: Finding;
}

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

/** `SWM-*` where all rules of a family are meant, else each by its id. */
function idsOf(some: readonly PolicyReport[], all: readonly PolicyReport[]): string {
  const families = new Map<string, PolicyReport[]>();
  for (const report of some) {
    const family = familyOf(report);
    families.set(family, [...(families.get(family) ?? []), report]);
  }
  return [...families]
    .flatMap(([family, reports]) => {
      const isWhole =
        reports.length > 1 && reports.length === all.filter((one) => familyOf(one) === family).length;
      return isWhole ? [`${family}-*`] : reports.map(({ policy }) => policy.id);
    })
    .join(" ");
}

const familyOf = ({ policy }: PolicyReport): string => policy.id.replace(/-\d+$/, "");

/** Where nobody can enforce a rule, and why: each reason once, with how many places it holds for. */
function unenforced({ policy, notEnforceable }: PolicyReport): readonly string[] {
  const reasons = new Set(notEnforceable.map(({ reason }) => reason));
  return [...reasons].map((reason) => {
    const { length } = notEnforceable.filter((entry) => entry.reason === reason);
    return `not enforceable here: ${policy.id} (${length}): ${reason}`;
  });
}

/** The report that people read: findings, then what was excused, relaxed, not enforceable, and not looked at. */
export function textReport(judgements: readonly Judgement[], paint: Paint): string {
  return judgements.map((judgement) => section(judgement, paint)).join("\n\n");
}

function section(judgement: Judgement, paint: Paint): string {
  const { file, environment, reports } = judgement;
  const waived = reports.flatMap(({ waived }) => waived);
  const with_ = (status: Status) => reports.filter((report) => statusOf(report) === status);
  const found = findingsOf(judgement);
  return [
    `${file} (environment ${environment})`,
    ...paragraphs(found, paint),
    ...waived.map(
      ({ policy, path, reason, expires }) => `waived until ${expires}: ${policy} at ${path}: ${reason}`,
    ),
    ...renamings(judgement),
    ...relaxations(judgement),
    ...reports.flatMap(unenforced),
    ...(with_("nothing to judge").length === 0
      ? []
      : [`looked at nothing: ${idsOf(with_("nothing to judge"), reports)}`]),
    `${reports.length} rules: ${with_("satisfied").length} satisfied, ${with_("violated").length} violated with ${found.length} findings, ${with_("relaxed").length} relaxed, ${with_("not enforceable").length} not enforceable, ${with_("nothing to judge").length} looked at nothing; ${waived.length} findings waived`,
  ].join("\n");
}
