import { z } from "zod";
import { lastLines } from "../../runners/docker/last-lines.ts";

const step = z.object({
  step: z.string(),
  state: z.enum(["ok", "failed", "unknown"]).describe("unknown: it could not be tried from here"),
  evidence: z.string(),
  remedy: z.array(z.string()).readonly(),
  lastLines: z
    .array(z.string())
    .readonly()
    .exactOptional()
    .describe("of the log of the container that failed"),
});

export type Step = z.output<typeof step>;

export const walkOutput = z.object({
  deployment: z.string(),
  steps: z.array(step).readonly().describe("in order; nothing stands behind the first that failed"),
  failed: z.string().nullable().describe("the first step that failed; null: none did"),
});

export const passed = (step: string, evidence: string): Step => ({ step, state: "ok", evidence, remedy: [] });

export const untried = (step: string, evidence: string, ...remedy: readonly string[]): Step => ({
  ...{ step, evidence, remedy },
  state: "unknown",
});

export const failed = (step: string, evidence: string, ...remedy: readonly string[]): Step => ({
  ...{ step, evidence, remedy },
  state: "failed",
});

/** The same with the end of a container's log. */
export const failedIn = async (container: string, step: Step): Promise<Step> => ({
  ...step,
  lastLines: [...(await lastLines(container))],
});

/** Takes steps in order and stops behind the first that fails. */
export async function walk(steps: readonly (() => Promise<Step>)[]): Promise<readonly Step[]> {
  const taken: Step[] = [];
  for (const take of steps) {
    const step = await take();
    taken.push(step);
    if (step.state === "failed") break;
  }
  return taken;
}

/** What `walkOutput` promises. */
export const walked = (deployment: string, steps: readonly Step[]): z.output<typeof walkOutput> => ({
  deployment,
  steps,
  failed: steps.find(({ state }) => state === "failed")?.step ?? null,
});
