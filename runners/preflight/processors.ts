import { roleOf } from "../../core/labels.ts";
import { type EngineInfo, engineInfo } from "../docker/engine-info.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import type { PreflightProblem } from "./facts.ts";

/** Where the limits of a service stand in the site file. */
const limitsOf = (spec: ContainerSpec): string => `${spec.limitsAt ?? `${roleOf(spec)}.limits`}.cpus`;

/**
 * Services that may take more processors than the engine's machine has. An engine refuses to make such a container, when
 * others are made already.
 */
export function processorProblems(
  { containers }: Stack,
  { NCPU = Number.POSITIVE_INFINITY }: EngineInfo,
): readonly PreflightProblem[] {
  const problems = containers
    .filter(({ block }) => Number(block.cpus ?? 0) > NCPU)
    .map((spec) => ({
      problem: `${limitsOf(spec)}: got ${Number(spec.block.cpus)}; allowed: at most ${NCPU}, the processors of the engine's machine`,
      remedy: `write ${limitsOf(spec)}: ${NCPU}`,
    }));
  // Programs of one service share its limits.
  return [...new Map(problems.map((entry) => [entry.problem, entry])).values()];
}

/** The same of this engine, which is asked only where a service may take more than any machine has. */
export const scarceProcessors = async (stack: Stack): Promise<readonly PreflightProblem[]> =>
  stack.containers.some(({ block }) => Number(block.cpus ?? 0) > 1)
    ? processorProblems(stack, await engineInfo())
    : [];
