import { createHash } from "node:crypto";
import type { Log, ReportingDescriptor, Result } from "sarif";
import type { UserError } from "../../core/errors.ts";
import { kitVersion } from "../../core/kit-version.ts";
import type { Severity } from "../../site/policy-settings.ts";
import type { PolicyReport } from "../evaluate.ts";
import type { Finding, Policy } from "../policy.ts";
import { type Judgement, verdictOf } from "./judgement.ts";

const LEVEL: Readonly<Record<Severity, Result.level>> = {
  critical: "error",
  high: "error",
  medium: "warning",
  low: "note",
  info: "note",
};

/** GitHub sorts by this number, 0.0 to 10.0. */
const SCORE: Readonly<Record<Severity, string>> = {
  critical: "9.5",
  high: "8.0",
  medium: "5.0",
  low: "3.0",
  info: "1.0",
};

/**
 * The findings as SARIF 2.1.0. A finding that is waived, or in a baseline, is there, suppressed, with its reason; a fingerprint of rule, place
 * and evidence lets code scanning follow a finding over lines that move. What could not be judged makes the run one that failed: without
 * findings it would be taken for clean.
 *
 * @param refused what could not be read
 * @see https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifReport(judgements: readonly Judgement[], refused: readonly UserError[] = []): string {
  const policies = [
    ...new Map(
      judgements.flatMap(({ reports }) => reports.map(({ policy }) => [policy.id, policy] as const)),
    ).values(),
  ];
  const log: Log = {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "exploreiot policy",
            semanticVersion: kitVersion(),
            rules: policies.map(descriptor),
          },
        },
        invocations: [
          {
            executionSuccessful: refused.length === 0 && verdictOf(judgements) !== "cannot judge",
            toolExecutionNotifications: refused.map((error) => ({
              level: "error" as const,
              message: { text: error.render() },
            })),
          },
        ],
        results: judgements.flatMap((judgement) =>
          judgement.reports.flatMap((report) => results(report, judgement)),
        ),
      },
    ],
  };
  return JSON.stringify(log, null, 2);
}

const descriptor = ({
  id,
  formerly,
  title,
  why,
  allowed,
  fix,
  source,
  severity,
}: Policy): ReportingDescriptor => ({
  id,
  ...(formerly === undefined ? {} : { deprecatedIds: [...formerly] }),
  shortDescription: { text: title },
  fullDescription: { text: why },
  help: { text: `Allowed: ${allowed}. Fix: ${fix}. Source: ${source}.` },
  defaultConfiguration: { level: LEVEL[severity] },
  properties: { "security-severity": SCORE[severity], tags: ["security"] },
});

function results({ policy, findings, known, waived }: PolicyReport, judgement: Judgement): Result[] {
  return [
    ...findings.map((finding) => result(policy, finding, judgement)),
    ...known.map((finding) => ({
      ...result(policy, finding, judgement),
      suppressions: [{ kind: "external" as const, justification: "in the baseline" }],
    })),
    ...waived.map((finding) => ({
      ...result(policy, finding, judgement),
      suppressions: [
        { kind: "external" as const, justification: `until ${finding.expires}: ${finding.reason}` },
      ],
    })),
  ];
}

function result(policy: Policy, finding: Finding, { placeOf }: Judgement): Result {
  const { file, line } = placeOf(finding);
  const { path, evidence, fix } = finding;
  const fingerprint = createHash("sha256").update(`${policy.id}\n${path}\n${evidence}`).digest("hex");
  return {
    ruleId: policy.id,
    level: LEVEL[finding.severity],
    message: { text: `${path}: ${evidence}. Fix: ${fix}.` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: line } },
        logicalLocations: [{ fullyQualifiedName: path }],
      },
    ],
    partialFingerprints: { "exploreiot/v1": fingerprint },
  };
}
