import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { atEach } from "../swarm/place.ts";
import { type Counts, countsOf } from "./cgroup.ts";
import { engineInfo, hasCgroups } from "./engine-info.ts";
import type { Observation } from "./observe.ts";

/** The memory and processor time that a container takes. */
export interface Usage {
  readonly memoryMiB: number;

  /** Of one CPU; of two that are busy it is 200. The mean of the time since `cpuSince`. */
  readonly cpuPercent: number;

  /** The container's start, the look before this one, or, by an engine elsewhere, a second. */
  readonly cpuSince: "start" | "look before" | "second before";
}

interface Sample {
  readonly startedAt: string;
  readonly atMs: number;
  readonly cpuMs: number;
}

/** A running service, as the engine has it. */
interface Running {
  readonly name: string;
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
}

/**
 * Looks at what services take. CPU is a rate, and wants two samples: the first look tells the mean since the start, and each
 * further one that since the look before.
 */
export class UsageMeter {
  #before: ReadonlyMap<string, Sample> = new Map();

  /** Of the running services of a stack, by container. One that cannot be measured is left out. */
  async look(
    stack: Stack,
    { containers }: Pick<Observation, "containers">,
  ): Promise<ReadonlyMap<string, Usage>> {
    const running = stack.containers.flatMap(({ name, job }) => {
      const { Id, State } = containers.get(name) ?? {};
      return job || Id === undefined || State?.Running !== true
        ? []
        : [{ name, id: Id, pid: State.Pid ?? 0, startedAt: State.StartedAt }];
    });
    const counts = running.map((service) => ({ ...service, counts: countsOf(service) }));
    const usages = this.take(counts, Date.now());
    const others = running.filter(({ name }) => !usages.has(name));
    return new Map([...usages, ...(await toldByEngine(others))]);
  }

  take(
    found: readonly (Pick<Running, "name" | "startedAt"> & { readonly counts: Counts | undefined })[],
    atMs: number,
  ): ReadonlyMap<string, Usage> {
    const samples = new Map<string, Sample>();
    const usages = new Map<string, Usage>();
    for (const { name, startedAt, counts } of found) {
      if (counts === undefined) continue;
      const { memoryBytes, cpuMs } = counts;
      samples.set(name, { startedAt, atMs, cpuMs });
      const before = this.#before.get(name);
      // One that was started again counts from zero.
      const isSame = before?.startedAt === startedAt;
      const since = isSame ? before : { atMs: Date.parse(startedAt), cpuMs: 0 };
      usages.set(name, {
        memoryMiB: rounded(memoryBytes / 1024 ** 2),
        cpuPercent: rounded((100 * (cpuMs - since.cpuMs)) / Math.max(1, atMs - since.atMs)),
        cpuSince: isSame ? "look before" : "start",
      });
    }
    this.#before = samples;
    return usages;
  }
}

const rounded = (value: number): number => Math.round(value * 100) / 100;

interface Line {
  /** As the client was given it. */
  readonly Container: string;

  /** `46.84MiB / 192MiB` */
  readonly MemUsage: string;

  /** `0.18%` */
  readonly CPUPerc: string;
}

/** Mebibytes of the units in which the engine's client tells memory. */
const UNITS: Readonly<Record<string, number>> = {
  B: 1 / 1024 ** 2,
  KiB: 1 / 1024,
  MiB: 1,
  GiB: 1024,
  TiB: 1024 ** 2,
};

/** The numbers of an engine whose kernel is not this machine's: it takes its two samples itself, and 2 s. */
async function toldByEngine(running: readonly Running[]): Promise<ReadonlyMap<string, Usage>> {
  if (running.length === 0) return new Map();
  const names = running.map(({ name }) => name);
  const told = await atEach(names, async (nameOf) => {
    // Else it tells of each what its whole machine takes.
    if (!hasCgroups(await engineInfo())) return [];
    const { stdout } = await run(
      ["docker", "stats", "--no-stream", "--format", "{{json .}}", ...nameOf.keys()],
      // One that ends meanwhile makes it fail, and what it printed until then is true.
      { expected: [0, 1] },
    );
    return stdout
      .split("\n")
      .filter(Boolean)
      .flatMap((line) => usageIn(line, nameOf));
  });
  return new Map(told.flat());
}

/** Without a unit it is `--`: the kernel does not count. */
function usageIn(line: string, nameOf: ReadonlyMap<string, string>): readonly (readonly [string, Usage])[] {
  const { Container, MemUsage, CPUPerc } = JSON.parse(line) as Line;
  const [, amount, unit = ""] = /^([\d.]+)([A-Za-z]+)/.exec(MemUsage) ?? [];
  const mebibytes = UNITS[unit];
  if (mebibytes === undefined) return [];
  const cpuPercent = Number.parseFloat(CPUPerc) || 0;
  return [
    [
      nameOf.get(Container) ?? Container,
      { memoryMiB: Number(amount) * mebibytes, cpuPercent, cpuSince: "second before" },
    ],
  ];
}
