import { setTimeout as delay } from "node:timers/promises";

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 300;

/** Waits until a question has an answer. Most start a process, so one that takes long is asked less often. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  limitMs = 15_000,
): Promise<T> {
  const begin = Date.now();
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    const waited = Date.now() - begin;
    if (waited > limitMs) throw new Error(`${what}: not within ${limitMs} ms`);
    await delay(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS + waited / 20));
  }
}
