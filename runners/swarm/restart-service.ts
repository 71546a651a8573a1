import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { roleOf } from "../../core/labels.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import { swarmService } from "./names.ts";
import { observeSwarm, type SwarmServiceState } from "./observe-swarm.ts";

const USUAL_LIMIT_SECONDS = 60;
const PAUSE_MS = 500;
const LINES = 10;
const LOGS_MS = 10_000;

/**
 * Has the swarm make the tasks of services again, one service after the other, each in the order in which it is updated, and
 * waits until the new task is healthy.
 *
 * @throws UserError with the last lines of one that does not get well
 */
export async function restartOnSwarm(
  { name }: Stack,
  specs: readonly ContainerSpec[],
  report: Report,
): Promise<void> {
  for (const spec of specs) {
    const role = roleOf(spec);
    const grace = spec.block.destroy_grace_seconds ?? 10;
    report(`${role}: restarting (at most ${grace} s to end)`);
    const before = await stateOf(name, role);
    if (before === undefined)
      throw new UserError(
        `${role}: is not on the swarm of this engine`,
        "exploreiot up brings up what is not there",
      );
    await run(["docker", "service", "update", "--force", "--detach", "--quiet", swarmService(name, role)]);
    const limit = grace + (spec.block.wait_timeout ?? USUAL_LIMIT_SECONDS);
    await wellAgain({ name, role, limit, before });
    report(`${role}: well again`);
  }
}

const stateOf = async (deployment: string, role: string) =>
  (await observeSwarm(deployment))?.services.get(role);

interface Restarted {
  /** Of the deployment. */
  readonly name: string;
  readonly role: string;

  /** Seconds. */
  readonly limit: number;
  readonly before: SwarmServiceState;
}

async function wellAgain({ name, role, limit, before }: Restarted): Promise<void> {
  for (const end = Date.now() + limit * 1000; ; await delay(PAUSE_MS)) {
    const state = await stateOf(name, role);
    const { task, update = "" } = state ?? {};
    if (task?.state === "running" && task.id !== before.task?.id) return;
    if (/^rollback|^paused/.test(update))
      throw await notWell(name, role, `the swarm took it back (${update})`);
    if (Date.now() > end)
      throw await notWell(
        name,
        role,
        `not healthy within ${limit} s: ${[task?.state, task?.error].filter(Boolean).join(", ")}`,
      );
  }
}

async function notWell(name: string, role: string, why: string): Promise<UserError> {
  const argv = [
    "docker",
    "service",
    "logs",
    "--raw",
    "--tail",
    String(LINES),
    swarmService(name, role),
  ] as const;
  // A node that does not answer keeps the manager waiting for its lines.
  const signal = AbortSignal.timeout(LOGS_MS);
  const { stdout, stderr } = await run([...argv], { expected: [0, 1, 128], signal });
  return new UserError(
    [`${role}: ${why}`, ...`${stdout}${stderr}`.trimEnd().split("\n").slice(-LINES)].join("\n  "),
    `exploreiot logs ${role} shows more`,
  );
}
