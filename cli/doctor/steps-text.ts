import pc from "picocolors";
import { wrapped } from "../wrap.ts";
import type { Step } from "./steps.ts";

const colors = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
const MARK: Readonly<Record<Step["state"], string>> = {
  ok: colors.green("ok     "),
  failed: colors.red("failed "),
  unknown: colors.yellow("unknown"),
};

/** Steps as a person reads them: each with what was seen, and what to do where it failed. */
export const stepsText = (steps: readonly Step[]): string =>
  wrapped(
    steps
      .flatMap(({ step, state, evidence, remedy, lastLines = [] }) => [
        `${MARK[state]} ${step}: ${evidence}`,
        ...remedy.map((text) => `  → ${text}`),
        ...(lastLines.length === 0
          ? []
          : ["  last lines of its log:", ...lastLines.map((line) => `    ${line}`)]),
      ])
      .join("\n"),
  );

/** 1 where a step failed, 3 where none did but one could not be tried. */
export const exitOfSteps = (steps: readonly Step[]): number =>
  steps.some(({ state }) => state === "failed") ? 1 : steps.some(({ state }) => state === "unknown") ? 3 : 0;
