import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { ContainerSpec } from "../stack.ts";
import { lastLines } from "./last-lines.ts";
import { type ContainerState, inspect } from "./observe.ts";
import { endOf, lastAnswer, memoryLimit } from "./reasons.ts";

const USUAL_LIMIT_SECONDS = 60;

/**
 * Restarts services one after the other, each with the time to end in order that it is given, and waits until it is
 * healthy again.
 *
 * @throws UserError with the last answer and the last lines of one that does not get well
 */
export async function restart(specs: readonly ContainerSpec[], report: Report): Promise<void> {
  for (const spec of specs) {
    const grace = spec.block.destroy_grace_seconds ?? 10;
    report(`${roleOf(spec)}: restarting (at most ${grace} s to end)`);
    const { code, stderr } = await run(["docker", "restart", "--time", String(grace), spec.name], {
      expected: [0, 1],
    });
    if (code !== 0)
      throw new UserError(
        `${spec.name}: ${stderr.trim().replace(/^Error response from daemon: /, "")}`,
        "exploreiot up brings up what is not there",
      );
    await wellAgain(spec);
    report(`${roleOf(spec)}: well again`);
  }
}

async function wellAgain(spec: ContainerSpec): Promise<void> {
  const limit = spec.block.wait_timeout ?? USUAL_LIMIT_SECONDS;
  const deadline = Date.now() + limit * 1000;
  for (;;) {
    const [state] = await inspect([spec.name]);
    const health = state?.State.Health?.Status;
    if (state?.State.Running && (health === undefined || health === "healthy")) return;
    const end = state && endSince(spec, state);
    // More time gives it no more memory.
    if (end !== undefined && state?.State.OOMKilled) throw await notWell(spec, end);
    if (state === undefined || Date.now() > deadline) {
      const why = state === undefined ? "is gone" : (end ?? lastAnswer(state) ?? state.State.Status);
      throw await notWell(spec, `not healthy within ${limit} s: ${why}`);
    }
    await delay(250);
  }
}

/** How it has ended since it was restarted, which sets the engine's count to 0; undefined if it has not. */
function endSince(spec: ContainerSpec, { State, RestartCount }: ContainerState): string | undefined {
  const { Running, Restarting, ExitCode, OOMKilled } = State;
  if (!Running || Restarting) return `ended with ${endOf(ExitCode, spec, OOMKilled)}`;
  if (RestartCount === 0) return undefined;
  // The engine has started it again, and no longer knows the exit code.
  return `ended ${RestartCount === 1 ? "once" : `${RestartCount} times`}${OOMKilled ? `, out of memory: ${memoryLimit(spec)}` : ""}`;
}

const notWell = async (spec: ContainerSpec, why: string): Promise<UserError> =>
  new UserError(
    [`${spec.name}: ${why}`, ...(await lastLines(spec.name))].join("\n  "),
    `exploreiot logs ${roleOf(spec)} shows more`,
  );
