import type { ContainerSpec } from "../stack.ts";
import type { ContainerState } from "./observe.ts";

/** The limit that a container met, and the setting that raises it: "its limit is 64 MiB (redis.limits.memoryMiB)". */
export const memoryLimit = ({ block, limitsAt }: ContainerSpec): string =>
  `its limit is ${block.memory} MiB${limitsAt === undefined ? "" : ` (${limitsAt}.memoryMiB)`}`;

/** The message of the last probe that failed, in one line; undefined if none has failed, or the last one went well. */
export function lastAnswer({ State }: Pick<ContainerState, "State">): string | undefined {
  const last = State.Health?.Log?.at(-1);
  if (last === undefined || last.ExitCode === 0) return undefined;
  return lastLineOf(last.Output, last.ExitCode);
}

/** The last line of what a probe printed. */
export function lastLineOf(output: string, exitCode: number): string {
  const lines = output
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.at(-1) ?? `the probe ended with exit code ${exitCode} and said nothing`;
}

/** Why a container has ended: its exit code, and what that means where it is known. */
export function endOf(
  exitCode: string | number | undefined,
  spec: ContainerSpec,
  outOfMemory: boolean,
): string {
  const code = `exit code ${exitCode}`;
  if (outOfMemory) return `${code}, out of memory: ${memoryLimit(spec)}`;
  if (Number(exitCode) === 127) return `${code}, a program was not found`;
  if (Number(exitCode) === 126) return `${code}, a program could not be run`;
  return code;
}
