import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { containerDrift, type Drift, difference } from "../drift.ts";
import type { Stack } from "../stack.ts";
import { lastLines } from "./last-lines.ts";
import { type ContainerState, type Observation, observe } from "./observe.ts";
import { lastAnswer } from "./reasons.ts";

const POLL_MS = 500;

/**
 * Reads the engine back after an apply: everything runs and is healthy. Needed because a crash loop, a paused
 * container and one that was started in place are invisible to Terraform (rule 6).
 *
 * @throws UserError that names each container that is not well, with the end of its log
 */
export async function verify(stack: Stack, signal?: AbortSignal): Promise<Observation> {
  const seconds = Math.max(...stack.containers.map(({ block }) => block.wait_timeout ?? 0));
  const deadline = Date.now() + seconds * 1000;
  for (;;) {
    const seen = await observe(stack);
    const drift = containerDrift(stack, seen, undefined);
    const settling = stack.containers.filter(({ name }) => isSettling(seen.containers.get(name)));
    if (drift.length === 0 && settling.length === 0) return seen;
    const lost = drift.filter((entry) => !settling.some(({ name }) => name === entry.name));
    if (lost.length > 0 || Date.now() > deadline)
      throw await unwell([...lost, ...settling.map(({ name }) => notHealthy(name, seen))]);
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** An unhealthy container may recover by itself once what it depends on is back, so it is waited for too. */
const isSettling = (state: ContainerState | undefined): boolean =>
  state?.State.Running === true && ["starting", "unhealthy"].includes(state.State.Health?.Status ?? "");

function notHealthy(name: string, { containers }: Observation): Pick<Drift, "name" | "differences"> {
  const state = containers.get(name);
  const answer = state === undefined ? undefined : lastAnswer(state);
  return { name, differences: [["does not turn healthy", answer].filter(Boolean).join(": ")] };
}

async function unwell(drift: readonly Pick<Drift, "name" | "differences">[]): Promise<UserError> {
  const paragraphs = await Promise.all(
    drift.map(async (entry) =>
      [
        `${entry.name} ${difference(entry)}`,
        ...(await lastLines(entry.name)).map((line) => `    ${line}`),
      ].join("\n"),
    ),
  );
  return new UserError(
    ["the stack is not well", ...paragraphs].join("\n"),
    `docker logs ${drift[0]?.name} shows more; the next up repairs what can be repaired`,
  );
}
