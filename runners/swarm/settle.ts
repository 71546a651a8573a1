import { setTimeout as delay } from "node:timers/promises";
import { run } from "../run.ts";
import { observeSwarm, type SwarmServiceState } from "./observe-swarm.ts";
import type { ServiceAsked } from "./terraform-swarm.ts";

const POLL_MS = 500;
const LAST_LINES = 10;

/** Of a job: nothing starts it again by itself. */
export const FAILED_FOR_GOOD = "failed as often as it may be tried";

/** How far a swarm is: it runs as declared, or is done; is not yet; or will not be, and why. */
export type Progress = "settled" | "pending" | { readonly failed: string };

/** How far the swarm is with one service. */
export function progressOf({ job, version }: ServiceAsked, found: SwarmServiceState | undefined): Progress {
  if (found === undefined) return { failed: "is not there" };
  // No matter what became of its tasks.
  if (job && found.isDone && found.version === version) return "settled";
  const { update = "completed", task } = found;
  if (update === "updating") return "pending";
  if (found.version !== version)
    return { failed: update === "completed" ? "is of another version" : "was taken back by the swarm" };
  if (update === "rollback_started") return "pending";
  if (update === "paused") return { failed: "does not get on: its new tasks fail" };
  // A task of before is no answer: the swarm takes a moment to see what is declared now.
  if (found.running !== version || task === undefined) return "pending";
  if (!job) return task.state === "running" ? "settled" : "pending";
  if (task.state === "complete") return "settled";
  return found.goesOn ? "pending" : { failed: FAILED_FOR_GOOD };
}

/** How far the swarm is with each of these services. */
export async function progress(
  deployment: string,
  services: readonly ServiceAsked[],
): Promise<readonly { readonly service: ServiceAsked; readonly progress: Progress }[]> {
  const seen = await observeSwarm(deployment);
  return services.map((service) => ({
    service,
    progress: progressOf(service, seen?.services.get(service.role)),
  }));
}

/**
 * Waits until every service runs as it is declared now, or is done.
 *
 * @returns those that do not, each with the reason; none where all is well
 */
export async function settled(
  deployment: string,
  services: readonly ServiceAsked[],
  { waitSeconds, signal }: { readonly waitSeconds: number; readonly signal?: AbortSignal | undefined },
): Promise<readonly string[]> {
  for (const end = Date.now() + waitSeconds * 1000; ; ) {
    const found = await progress(deployment, services);
    const open = found.filter(({ progress }) => progress !== "settled");
    const isOver = open.some(({ progress }) => typeof progress === "object") || Date.now() > end;
    if (open.length === 0 || isOver)
      return open.map(({ service, progress }) =>
        typeof progress === "object"
          ? `${service.name} ${progress.failed}`
          : `${service.name} is not ${service.job ? "done" : "healthy"} after ${waitSeconds} s`,
      );
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** The last errors and lines of a service's tasks, as a manager has them. */
export async function lastWords(name: string): Promise<readonly string[]> {
  const expected = [0, 1, 124];
  const format = "{{.Name}} on {{.Node}}: {{.CurrentState}} {{.Error}}";
  const [tasks, lines] = await Promise.all([
    run(["docker", "service", "ps", "--no-trunc", "--format", format, name], { expected }),
    run(["timeout", "10", "docker", "service", "logs", "--raw", "--tail", String(LAST_LINES), name], {
      expected,
    }),
  ]);
  return [
    ...tasks.stdout.trim().split("\n").slice(0, 5),
    ...`${lines.stdout}${lines.stderr}`.trim().split("\n"),
  ]
    .filter((line) => line !== "")
    .map((line) => `  ${line}`);
}
