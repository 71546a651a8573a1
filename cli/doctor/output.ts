import { z } from "zod";
import { EXIT } from "../../core/report.ts";
import type { Finding } from "../../runners/doctor/finding.ts";

const finding = z.object({
  id: z.string().describe("stable, such as engine.api"),
  state: z
    .enum(["ok", "warning", "problem", "unknown"])
    .describe("a warning keeps nothing from working; unknown: it could not be looked at"),
  evidence: z.string().describe("the facts that were seen"),
  remedy: z.array(z.string()).readonly().describe("the remedy, one step each"),
  link: z.string().describe("where the documentation says more"),
});

export const doctorOutput = z.object({
  deployment: z.string(),
  findings: z.array(finding).readonly(),
});

const missing = z.object({
  what: z.string(),
  remedy: z.array(z.string()).readonly(),
  installed: z.boolean().describe("whether npm start, or up --setup, installs it"),
});

export const setupOutput = z.object({ deployment: z.string(), missing: z.array(missing).readonly() });

export const withLink = (found: Finding): z.output<typeof finding> => ({
  ...found,
  link: `docs/doctor.md#${found.id.replaceAll(".", "")}`,
});

/** 1 where something is wrong, 3 where nothing is but something could not be looked at. */
export function exitOf(states: readonly Finding["state"][]): number {
  if (states.includes("problem")) return EXIT.userError;
  return states.includes("unknown") ? EXIT.cannotJudge : EXIT.ok;
}
