import { existsSync, readFileSync } from "node:fs";
import type { Report } from "../../runners/runner.ts";

/** The facts of this machine that decide how software is installed on it. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;

  /** `ID` of /etc/os-release, then what it is like: `ubuntu debian`; empty where there is no such file. */
  readonly systems: readonly string[];

  /** Linux inside Windows. */
  readonly isWsl: boolean;

  /** Whether Docker's engine is installed, running or not. */
  readonly hasEngine: boolean;
}

/** Something that `up` needs and this machine lacks. */
export interface Missing {
  readonly what: string;

  /** Steps for a person; for a program that is installed here by itself, how. */
  readonly remedy: readonly string[];

  /** Installs it. @default - only the person can */
  readonly install?: (report: Report) => Promise<void>;
}

export const thisMachine = (): Machine =>
  machineOf({
    platform: process.platform,
    isRoot: process.getuid?.() === 0,
    osRelease: text("/etc/os-release"),
    kernel: text("/proc/sys/kernel/osrelease"),
    // By path: /usr/sbin is not in everybody's PATH.
    hasEngine: ["/usr/sbin/dockerd", "/usr/bin/dockerd"].some(existsSync),
  });

/** @param texts the machine's own files, word for word */
export function machineOf(texts: {
  readonly platform: NodeJS.Platform;
  readonly isRoot: boolean;
  readonly osRelease: string;
  readonly kernel: string;
  readonly hasEngine: boolean;
}): Machine {
  const field = (name: string) => new RegExp(`^${name}="?([^"\n]*)"?$`, "m").exec(texts.osRelease)?.[1] ?? "";
  return {
    platform: texts.platform,
    isRoot: texts.isRoot,
    systems: `${field("ID")} ${field("ID_LIKE")}`.split(" ").filter(Boolean),
    isWsl: /microsoft/i.test(texts.kernel),
    hasEngine: texts.hasEngine,
  };
}

const isLike = ({ systems }: Machine, ...names: readonly string[]) =>
  systems.some((id) => names.includes(id));

/** Debian, Ubuntu, Raspberry Pi OS, and what is made from them. */
export const hasApt = (machine: Machine): boolean => isLike(machine, "debian", "ubuntu", "raspbian");
export const isUbuntu = (machine: Machine): boolean => isLike(machine, "ubuntu");
export const hasDnf = (machine: Machine): boolean => isLike(machine, "fedora", "rhel", "centos");

/** Whether packages can be installed here with apt-get, by this user. */
export const canInstall = (machine: Machine): boolean => hasApt(machine) && machine.isRoot;

function text(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
