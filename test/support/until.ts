import { setTimeout as delay } from "node:timers/promises";

/** Most questions start a program, which many at a time would wait for as well: the longer it takes, the seldomer. */
const LONGEST_PAUSE_MS = 500;

/**
 * Waits until a question has an answer. The limit is far above what any takes: a busy machine alone must not fail a test.
 */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  limitMs = 60_000,
): Promise<T> {
  const deadline = Date.now() + limitMs;
  for (let pause = 100; ; pause = Math.min(pause * 1.25, LONGEST_PAUSE_MS)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > deadline) throw new Error(`${what}: not within ${limitMs} ms`);
    await delay(pause);
  }
}
