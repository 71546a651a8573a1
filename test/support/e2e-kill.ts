import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";

/** Numbers in [0, 1) that follow from a seed, so that a run can be had again (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/**
 * Starts a verb and kills it with SIGKILL once a moment has come: the process alone, as when memory runs out, or with
 * everything that it started, as when a container ends. Returns whether it had ended by itself before.
 */
export async function killed(
  args: readonly string[],
  moment: () => Promise<unknown>,
  whole: boolean,
  env: Readonly<Record<string, string>> = {},
): Promise<boolean> {
  const child = spawn(process.execPath, [join(projectRoot, "bin", "exploreiot.js"), ...args], {
    stdio: "ignore",
    env: { ...process.env, ...env },
  });
  const ended = once(child, "exit");
  await Promise.race([ended, moment()]);
  if (child.exitCode !== null) return true;
  for (const pid of whole ? [...descendants(child).toReversed(), child.pid as number] : [child.pid as number])
    kill(pid);
  await ended;
  return false;
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** Children before their own children. */
function descendants({ pid }: ChildProcess): readonly number[] {
  const parents = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), parentOf(name)] as const);
  const found = [pid];
  for (const one of found)
    found.push(...parents.flatMap(([child, parent]) => (parent === one ? [child] : [])));
  return found.slice(1) as number[];
}

function parentOf(pid: string): number | undefined {
  try {
    return Number(/^\d+ \(.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1]);
  } catch {
    return undefined;
  }
}
