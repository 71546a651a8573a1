import type { Stack } from "../stack.ts";
import { askEngine } from "./engine-api.ts";
import type { Observation } from "./observe.ts";

/** What a container takes. */
export interface Usage {
  readonly memoryMiB: number;

  /** Of one CPU; of two that are busy it is 200. The mean of the time since `cpuSince`. */
  readonly cpuPercent: number;

  /** Whether the CPU is that since the container's start, or since the look before. */
  readonly cpuSince: "start" | "look before";
}

/** The part of an answer to `/containers/ID/stats` that the kit reads. */
export interface Stats {
  /** RFC 3339. */
  readonly read: string;

  /** Nothing is in it where the kernel does not count. */
  readonly memory_stats: {
    readonly usage?: number;
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };

  /** Nanoseconds since the start. */
  readonly cpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
}

interface Sample {
  readonly startedAt: string;
  readonly atMs: number;
  readonly cpuMs: number;
}

/**
 * Looks at what services take. One sample each, which takes milliseconds; `docker stats` waits 2 s for a second one, since CPU
 * is a rate. So the first look tells the mean since the start, and each further one that since the look before.
 */
export class UsageMeter {
  #before: ReadonlyMap<string, Sample> = new Map();

  /** Of the running services of a stack, by container. One that cannot be measured is left out. */
  async look(stack: Stack, { containers }: Observation): Promise<ReadonlyMap<string, Usage>> {
    const running = stack.containers.flatMap(({ name, job }) => {
      const found = containers.get(name);
      return !job && found?.State.Running === true ? [{ name, found }] : [];
    });
    const answers = await askEngine(
      running.map(({ found }) => `/containers/${found.Id}/stats?stream=false&one-shot=true`),
    );
    return this.take(
      running.flatMap(({ name, found }, index) => {
        const stats = answers[index] as Stats | undefined;
        return stats === undefined ? [] : [{ name, startedAt: found.State.StartedAt, stats }];
      }),
    );
  }

  take(
    found: readonly { readonly name: string; readonly startedAt: string; readonly stats: Stats }[],
  ): ReadonlyMap<string, Usage> {
    const usages = new Map<string, Usage>();
    const samples = new Map<string, Sample>();
    for (const { name, startedAt, stats } of found) {
      const { memory_stats: memory, cpu_stats: cpu, read } = stats;
      if (memory.usage === undefined) continue;
      const now = { startedAt, atMs: Date.parse(read), cpuMs: cpu.cpu_usage.total_usage / 1e6 };
      samples.set(name, now);
      const before = this.#before.get(name);
      // One that was started again counts from zero.
      const isSame = before?.startedAt === startedAt && now.atMs > before.atMs;
      const since = isSame ? before : { atMs: Date.parse(startedAt), cpuMs: 0 };
      const bytes = memory.usage - (memory.stats?.inactive_file ?? memory.stats?.total_inactive_file ?? 0);
      usages.set(name, {
        memoryMiB: rounded(bytes / 1024 ** 2),
        cpuPercent: rounded((100 * (now.cpuMs - since.cpuMs)) / Math.max(1, now.atMs - since.atMs)),
        cpuSince: isSame ? "look before" : "start",
      });
    }
    this.#before = samples;
    return usages;
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;
