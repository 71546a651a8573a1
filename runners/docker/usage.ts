import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import type { Observation } from "./observe.ts";

/** What a container takes right now. */
export interface Usage {
  readonly memoryMiB: number;

  /** Of one CPU; of two that are busy it is 200. */
  readonly cpuPercent: number;
}

interface Line {
  readonly Name: string;

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

/** What the running services of a stack take, by container. The engine measures for 2 s, since CPU is a rate. */
export async function usageOf(
  stack: Stack,
  { containers }: Observation,
): Promise<ReadonlyMap<string, Usage>> {
  const running = stack.containers
    .filter(({ name, job }) => !job && containers.get(name)?.State.Running === true)
    .map(({ name }) => name);
  if (running.length === 0) return new Map();
  const { stdout } = await run(
    ["docker", "stats", "--no-stream", "--format", "{{json .}}", ...running],
    // One that ends meanwhile makes it fail, and what it printed until then is true.
    { expected: [0, 1] },
  );
  return new Map(stdout.split("\n").filter(Boolean).map(usageIn));
}

function usageIn(line: string): readonly [string, Usage] {
  const { Name, MemUsage, CPUPerc } = JSON.parse(line) as Line;
  const [, amount, unit = ""] = /^([\d.]+)([A-Za-z]+)/.exec(MemUsage) ?? [];
  return [
    Name,
    { memoryMiB: Number(amount ?? 0) * (UNITS[unit] ?? 0), cpuPercent: Number.parseFloat(CPUPerc) || 0 },
  ];
}
