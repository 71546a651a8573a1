import { fromEngine } from "./engine-api.ts";

/** The part of `docker info` that the kit reads. */
export interface EngineInfo {
  readonly OperatingSystem?: string;

  /** The name of its machine. */
  readonly Name?: string;

  /** RFC 3339. */
  readonly SystemTime?: string;
  readonly SecurityOptions?: readonly string[] | null;

  /** Engine 28.4 and newer. */
  readonly FirewallBackend?: { readonly Driver: string } | null;

  /** `none` for a rootless engine on cgroup v1, which still says that it can limit. */
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
  readonly CpuCfsQuota?: boolean;
  readonly PidsLimit?: boolean;

  /** Bytes. */
  readonly MemTotal?: number;
  readonly NCPU?: number;
  readonly Architecture?: string;
  readonly KernelVersion?: string;
  readonly Driver?: string;

  readonly Swarm?: { readonly LocalNodeState?: string; readonly ControlAvailable?: boolean };

  /** Where images and volumes are, on the engine's machine. */
  readonly DockerRootDir?: string;
}

export const engineInfo = async (): Promise<EngineInfo> => (await fromEngine<EngineInfo>("/info")) ?? {};

/** A rootless engine on cgroup v1 has none: it limits nothing, and counts nothing. */
export const hasCgroups = ({ CgroupDriver }: EngineInfo): boolean => CgroupDriver !== "none";

export const isRootless = ({ SecurityOptions }: EngineInfo): boolean =>
  (SecurityOptions ?? []).some((option) => /^name=rootless\b/.test(option));
