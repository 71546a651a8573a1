import { SEVERITIES, type Severity } from "../../site/policy-settings.ts";
import type { Environment, Place } from "../document.ts";
import type { PolicyReport } from "../evaluate.ts";
import { aboutInput } from "../input-rules.ts";
import type { Finding, Policy } from "../policy.ts";
import type { Profile } from "../profiles.ts";

/** The judgement of one input: the reports of every rule, and where its findings stand. */
export interface Judgement {
  /** The file, as it was named. */
  readonly file: string;
  readonly environment: Environment;
  readonly profile: Profile;

  /** Ids of rules that somebody switched off. */
  readonly skipped: readonly string[];
  readonly stopAt: Severity;
  readonly reports: readonly PolicyReport[];

  /** Where a finding stands; on line 1 where it is not found. */
  readonly placeOf: (finding: Pick<Finding, "path" | "evidence">) => Place;
}

/** How a rule did in one input. */
export type Status = "violated" | "known" | "relaxed" | "satisfied" | "not enforceable" | "nothing to judge";

export function statusOf({ findings, known, relaxed, examined, notEnforceable }: PolicyReport): Status {
  if (findings.length > 0) return "violated";
  if (known.length > 0) return "known";
  if (relaxed.length > 0) return "relaxed";
  if (notEnforceable.length > 0) return "not enforceable";
  return examined === 0 ? "nothing to judge" : "satisfied";
}

/** Whether findings of this severity stop what was judged. */
export const isAtOrAbove = (severity: Severity, stopAt: Severity): boolean =>
  SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(stopAt);

export interface Found {
  readonly policy: Policy;
  readonly finding: Finding;
}

/** Every finding with its rule, the worst first. */
export function findingsOf({ reports }: Judgement): readonly Found[] {
  return reports
    .flatMap(({ policy, findings }) => findings.map((finding) => ({ policy, finding })))
    .sort((a, b) => SEVERITIES.indexOf(a.finding.severity) - SEVERITIES.indexOf(b.finding.severity));
}

/** Findings that stop, the worst first. */
export const stoppingIn = (judgement: Judgement): readonly Found[] =>
  findingsOf(judgement).filter(({ finding }) => isAtOrAbove(finding.severity, judgement.stopAt));

/** How many stop: exit code 1. */
export const stopping = (judgements: readonly Judgement[]): number => judgements.flatMap(stoppingIn).length;

/** The verdict over all of it; an input that cannot be judged is neither good nor bad, no matter what else is found. */
export type Verdict = "nothing to fix" | "findings" | "cannot judge";

export function verdictOf(judgements: readonly Judgement[]): Verdict {
  const cannotJudge = judgements.some(({ reports }) =>
    reports.some(({ policy, findings }) => aboutInput.includes(policy) && findings.length > 0),
  );
  if (cannotJudge) return "cannot judge";
  return stopping(judgements) > 0 ? "findings" : "nothing to fix";
}
