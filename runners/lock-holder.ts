import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

const shape = z.object({
  host: z.string(),

  /** Of the running kernel; absent where the system has no such thing (macOS). */
  boot: z.string().optional(),
  pid: z.number(),

  /** The process namespace that `pid` counts in; absent where there are none. */
  pidNamespace: z.string().optional(),

  /** When the process was started, ISO 8601. */
  since: z.string(),

  /** In the environment of every process that it starts. */
  mark: z.string(),
});

/** The holder of a lock, as it stands in the locked file. The file says who it is; only the kernel knows whether it lives. */
export type Holder = z.output<typeof shape>;

export function thisProcess(mark: string): Holder {
  const boot = orUndefined(() => readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
  const pidNamespace = orUndefined(() => readlinkSync("/proc/self/ns/pid"));
  return {
    host: hostname(),
    ...(boot === undefined ? {} : { boot }),
    pid: process.pid,
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
    since: new Date(Date.now() - process.uptime() * 1000).toISOString(),
    mark,
  };
}

/** Undefined for an empty file, and for one whose writer was killed in the middle of it. */
export function parseHolder(text: string): Holder | undefined {
  try {
    return shape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** A container has a host name of its own and the boot of its machine; a machine keeps its name when it boots. */
export function isOfThisMachine({ host, boot }: Holder): boolean {
  const own = thisProcess("");
  return host === own.host || (boot !== undefined && boot === own.boot);
}

export function describeHolder(found: string | Holder): string {
  const holder = typeof found === "string" ? parseHolder(found) : found;
  if (holder === undefined) return "it has not said yet who it is";
  const { pid, host, since, pidNamespace } = holder;
  const elsewhere =
    pidNamespace === thisProcess("").pidNamespace ? "" : `, process namespace ${pidNamespace}`;
  return `pid ${pid} on ${host}${elsewhere}, since ${since}`;
}

function orUndefined(read: () => string): string | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
