import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The kernel's counters of a container since its start. */
export interface Counts {
  readonly memoryBytes: number;
  readonly cpuMs: number;
}

/** A container's id, and the number of its first process, as the engine has it. */
export interface Process {
  readonly id: string;
  readonly pid: number;
}

/**
 * Whether that process is one of this machine: an engine elsewhere, or in a machine of its own, has others by the same numbers.
 *
 * @param root for tests. @default /
 * @throws an error of `node:fs` where there is no such process
 */
export function runsHere(container: Process, root = "/"): boolean {
  return isOf(groupsIn(container, root), container);
}

const groupsIn = ({ pid }: Process, root: string): ReadonlyMap<string, string> =>
  groupsOf(readFileSync(join(root, "proc", String(pid), "cgroup"), "utf8"));

const isOf = (groups: ReadonlyMap<string, string>, { id }: Process): boolean =>
  [...groups.values()].every((path) => path.includes(id));

/**
 * Reads the kernel's own counters of a container, which anyone on its machine may: 0.1 ms, where the engine's API takes 1 s
 * for a first sample (20.10) and `docker stats` 2 s for a second one.
 *
 * @param root for tests. @default /
 * @returns undefined where it does not run here, or the kernel does not count
 */
export function countsOf(container: Process, root = "/"): Counts | undefined {
  try {
    const groups = groupsIn(container, root);
    if (!isOf(groups, container)) return undefined;
    const read = (controller: string, file: string) => {
      const path = groups.get(controller);
      return path === undefined
        ? undefined
        : readFileSync(join(root, "sys/fs/cgroup", controller, path, file), "utf8");
    };
    return groups.has("memory") ? first(read) : second(read);
  } catch {
    return undefined;
  }
}

/** Lines of `/proc/PID/cgroup` by controller; version 2 has one line, without a controller. */
function groupsOf(text: string): ReadonlyMap<string, string> {
  return new Map(
    text
      .split("\n")
      .filter(Boolean)
      .flatMap((line) => {
        const [, controllers = "", path = ""] = /^\d+:([^:]*):(.*)$/.exec(line) ?? [];
        return controllers.split(",").map((controller) => [controller, path] as const);
      }),
  );
}

type Read = (controller: string, file: string) => string | undefined;

/** Files that the kernel drops when it has to are not counted, as `docker stats` does it. */
function first(read: Read): Counts | undefined {
  const used = Number(read("memory", "memory.usage_in_bytes"));
  const nanoseconds = Number(read("cpuacct", "cpuacct.usage"));
  return counted(used - valueIn(read("memory", "memory.stat"), "total_inactive_file"), nanoseconds / 1e6);
}

function second(read: Read): Counts | undefined {
  const used = Number(read("", "memory.current"));
  const microseconds = valueIn(read("", "cpu.stat"), "usage_usec");
  return counted(used - valueIn(read("", "memory.stat"), "inactive_file"), microseconds / 1e3);
}

const valueIn = (text: string | undefined, name: string): number =>
  Number(new RegExp(`^${name} (\\d+)$`, "m").exec(text ?? "")?.[1]);

const counted = (memoryBytes: number, cpuMs: number): Counts | undefined =>
  Number.isFinite(memoryBytes) && Number.isFinite(cpuMs) ? { memoryBytes, cpuMs } : undefined;
