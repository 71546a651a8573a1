import { run } from "../run.ts";
import type { Stack } from "../stack.ts";

interface Info {
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
}

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
  const info = JSON.parse((await run(["docker", "info", "--format", "{{json .}}"])).stdout) as Info;
  return [
    ...(info.MemoryLimit === false ? ["memory"] : []),
    ...(info.MemoryLimit === false || info.SwapLimit === false ? ["memory_swap"] : []),
  ];
}
