import type { ContainerBlock } from "../stack-json.ts";
import { type Attributes, at, host, listed, mebibytes, unless, unordered, upToEngine } from "./attribute.ts";

const names = (capabilities: unknown) =>
  unordered(((capabilities ?? []) as readonly string[]).map((name) => name.replace(/^CAP_/, "")));

interface Ulimit {
  readonly Name: string;
  readonly Soft: number;
  readonly Hard: number;
}

/** The rights of a container, and its limits. */
export const CONFINEMENT: Attributes = {
  privileged: host("Privileged"),
  read_only: host("ReadonlyRootfs"),
  init: host("Init"),
  capabilities: {
    declared: ({ add, drop }: NonNullable<ContainerBlock["capabilities"]>) => ({
      ...{ add: names(add), drop: names(drop) },
    }),
    found: ({ HostConfig }) => ({
      ...{ add: names(at(HostConfig, "CapAdd")), drop: names(at(HostConfig, "CapDrop")) },
    }),
  },
  security_opts: listed("SecurityOpt"),
  group_add: listed("GroupAdd"),
  userns_mode: host("UsernsMode"),
  pid_mode: host("PidMode"),
  ipc_mode: host("IpcMode", unless("private", "shareable")),
  uts_mode: host("UTSMode"),
  cgroup_parent: host("CgroupParent"),
  cgroupns_mode: upToEngine(host("CgroupnsMode")),
  runtime: upToEngine(host("Runtime")),
  sysctls: host("Sysctls"),
  storage_opts: host("StorageOpt"),
  device_cgroup_rules: listed("DeviceCgroupRules"),
  rm: host("AutoRemove"),

  memory: host("Memory", mebibytes),
  memory_swap: host("MemorySwap", mebibytes),
  memory_reservation: host("MemoryReservation", mebibytes),
  memory_swappiness: host("MemorySwappiness", unless(-1)),
  kernel_memory: host("KernelMemory"),
  oom_kill_disable: host("OomKillDisable"),
  oom_score_adj: host("OomScoreAdj"),
  cpus: { declared: Number, ...host("NanoCpus", (nanos) => Number(nanos ?? 0) / 1e9) },
  cpu_shares: host("CpuShares"),
  cpu_set: host("CpusetCpus"),
  cpuset_mems: host("CpusetMems"),
  cpu_period: host("CpuPeriod"),
  cpu_quota: host("CpuQuota"),
  blkio_weight: host("BlkioWeight"),
  ulimit: {
    declared: (limits: NonNullable<ContainerBlock["ulimit"]>) =>
      Object.fromEntries(limits.map(({ name, soft, hard }) => [name, `${soft}:${hard}`])),
    // The engine adds those of its own settings.
    found: ({ HostConfig }, { block }) =>
      Object.fromEntries(
        ((at(HostConfig, "Ulimits") ?? []) as readonly Ulimit[])
          .filter(({ Name }) => block.ulimit?.some(({ name }) => name === Name))
          .map(({ Name, Soft, Hard }) => [Name, `${Soft}:${Hard}`]),
      ),
  },
  shm_size: upToEngine(host("ShmSize", mebibytes)),
  log_driver: upToEngine(host("LogConfig", (log) => at(log, "Type"))),
  log_opts: upToEngine(host("LogConfig", (log) => at(log, "Config"))),
};
