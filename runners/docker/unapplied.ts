import type { Stack } from "../stack.ts";
import { type EngineInfo, engineInfo, hasCgroups, isRootless } from "./engine-info.ts";

/** Bytes; 0 or -1 for no limit. */
interface Limits {
  readonly Memory?: number;
  readonly MemorySwap?: number;
}

/**
 * Settings that the kernel of the engine's machine cannot apply (a Raspberry Pi without `cgroup_enable=memory`, a kernel
 * without `swapaccount=1`): the engine leaves them out, says so at creation and goes on. Asked for only where a limit
 * is missing.
 */
export async function unappliedLimits(
  { containers }: Stack,
  seen: ReadonlyMap<string, { readonly HostConfig: Limits }>,
): Promise<readonly string[]> {
  const isMissing = containers.some(({ name, block }) => {
    const found = seen.get(name)?.HostConfig;
    if (found === undefined || block.memory === undefined) return false;
    return [found.Memory, found.MemorySwap].some((limit = 0) => limit <= 0);
  });
  if (!isMissing) return [];
  const info = await engineInfo();
  return [
    ...(info.MemoryLimit === false ? ["memory"] : []),
    ...(info.MemoryLimit === false || info.SwapLimit === false ? ["memory_swap"] : []),
  ];
}

/** Which of the limits that every container has this engine does not enforce, and what would change that. */
export async function limitWarnings(): Promise<readonly string[]> {
  return withoutEffect(await engineInfo());
}

export function withoutEffect(info: EngineInfo): readonly string[] {
  const none = !hasCgroups(info);
  const lacking = [
    ...(none || info.MemoryLimit === false ? ["memory"] : []),
    ...(none || info.MemoryLimit === false || info.SwapLimit === false ? ["memory with swap"] : []),
    ...(none || info.CpuCfsQuota === false ? ["CPU"] : []),
    ...(none || info.PidsLimit === false ? ["processes"] : []),
  ];
  if (lacking.length === 0) return [];
  return [
    `limits of ${lacking.join(", ")} have no effect on this engine: one container can take all that the machine has; ${remedy(info)}`,
  ];
}

function remedy(info: EngineInfo): string {
  if (isRootless(info))
    return "a rootless engine limits only on cgroup v2 with its controllers delegated: https://docs.docker.com/engine/security/rootless/tips/#limiting-resources";
  return info.MemoryLimit === false
    ? "add cgroup_enable=memory to the kernel's command line (Raspberry Pi: /boot/firmware/cmdline.txt), then restart the machine"
    : "the kernel lacks what docker info warns of (for swap: swapaccount=1 on the kernel's command line)";
}
