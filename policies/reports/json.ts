import { z } from "zod";
import type { UserError } from "../../core/errors.ts";
import { SEVERITIES } from "../../site/policy-settings.ts";
import type { Finding } from "../policy.ts";
import { PROFILES } from "../profiles.ts";
import type { WaivedFinding } from "../waivers.ts";
import { type Judgement, statusOf, verdictOf } from "./judgement.ts";

const place = z.strictObject({ file: z.string(), line: z.int().min(1) });
const severity = z.enum(SEVERITIES);

const finding = z.strictObject({
  policy: z.string().describe("id of the rule"),
  severity,
  path: z.string().describe("the place of the finding, such as services.web: waivers name it"),
  evidence: z.string(),
  allowed: z.string(),
  fix: z.string(),
  place: place.describe("where it stands; line 1 where that is not found"),
});

const waived = finding.extend({
  reason: z.string(),
  expires: z.string(),
  calledBy: z.string().optional().describe("former id by which the waiver names the rule"),
});

const rule = z.strictObject({
  id: z.string(),
  title: z.string(),
  severity,
  status: z.enum(["violated", "known", "relaxed", "satisfied", "not enforceable", "nothing to judge"]),
  examined: z.int().min(0).describe("how many things it looked at"),
  findings: z.array(finding).describe("findings that are neither waived, relaxed nor in the baseline"),
  known: z.array(finding).describe("findings that are in the baseline"),
  waived: z.array(waived),
  relaxed: z.array(finding).describe("findings that would count in another environment"),
  notEnforceable: z
    .array(z.strictObject({ path: z.string(), reason: z.string() }))
    .describe("places for which this input does not show enough"),
});

const input = z.strictObject({
  file: z.string(),
  profile: z.enum(PROFILES),
  environment: z.enum(["local", "production"]),
  stopAt: severity.describe("findings of this severity and above fail"),
  skipped: z.array(z.string()).describe("rules that somebody switched off"),
  rules: z.array(rule),
});

const report = z.strictObject({
  version: z.literal(1).describe("of this schema"),
  verdict: z.enum(["nothing to fix", "findings", "cannot judge"]),
  baselineGone: z.int().min(0).describe("entries of the baseline that are found no more"),
  inputs: z.array(input),
  refused: z
    .array(z.strictObject({ message: z.string(), remedy: z.array(z.string()) }))
    .describe("the files that could not be read, and the remedy"),
});

/** The shape of the report, for programs that read it. */
export const reportJsonSchema = () => ({ title: "Report of exploreiot-policies", ...z.toJSONSchema(report) });

/** Everything that was said, for programs. */
export function jsonReport(
  judgements: readonly Judgement[],
  refused: readonly UserError[] = [],
  baselineGone = 0,
): string {
  const told: z.input<typeof report> = {
    version: 1,
    verdict: refused.length > 0 ? "cannot judge" : verdictOf(judgements),
    baselineGone,
    inputs: judgements.map(inputOf),
    refused: refused.map(({ message, remedy }) => ({ message, remedy: [...remedy] })),
  };
  return JSON.stringify(told, null, 2);
}

const inputOf = ({ file, profile, environment, stopAt, skipped, reports, placeOf }: Judgement) => ({
  ...{ file, profile, environment, stopAt },
  skipped: [...skipped],
  rules: reports.map((one) => ({
    id: one.policy.id,
    title: one.policy.title,
    severity: one.policy.severity,
    status: statusOf(one),
    examined: one.examined,
    findings: placed(one.findings, placeOf),
    known: placed(one.known, placeOf),
    waived: placed<WaivedFinding>(one.waived, placeOf),
    relaxed: placed(one.relaxed, placeOf),
    notEnforceable: [...one.notEnforceable],
  })),
});

const placed = <Kind extends Finding>(found: readonly Kind[], placeOf: Judgement["placeOf"]) =>
  found.map((one) => ({ ...one, place: placeOf(one) }));
