import { z } from "zod";

/** From what ends a deployment's safety to what is only worth knowing. */
export const SEVERITIES = ["critical", "high", "medium", "low", "info"] as const;

export type Severity = (typeof SEVERITIES)[number];

/** A finding that is accepted for a while: the rule, where, why, and until when. */
export const waiver = z.strictObject({
  rule: z
    .string()
    .regex(/^[A-Z]{2,5}-\d{3}$/, { error: 'the id of a rule, such as "NET-001"' })
    .describe("its id, as the finding shows it"),
  at: z
    .string()
    .min(1)
    .describe("path of a resource, as findings show it, or a pattern in which * stands for any part"),
  reason: z
    .string()
    .trim()
    .min(10, { error: "a reason of at least 10 characters that a reviewer can judge" })
    .describe("why it is accepted, for a reviewer"),
  expires: z.iso
    .date({ error: 'the last day on which it holds, as "2027-01-31"' })
    .describe("the last day on which it holds"),
});

export type Waiver = z.output<typeof waiver>;

/** How findings are dealt with; written into the synthesized JSON, so that it travels with what is judged. */
export const policySettings = z
  .strictObject({
    stopAt: z
      .enum(SEVERITIES)
      .default("low")
      .describe("findings of this severity and above stop the synthesis"),
    waivers: z.array(waiver).default([]).describe("findings that are accepted for a while"),
    rules: z.string().min(1).optional().describe("folder with rules of your own, relative to the site file"),
  })
  .prefault({})
  .describe("how the deployment is judged at every synthesis: policies/README.md");
