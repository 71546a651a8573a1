import { run } from "../run.ts";
import { at } from "../settings/attribute.ts";
import type { Stack } from "../stack.ts";
import type { Observation } from "./observe.ts";

interface Info {
  readonly MemoryLimit?: boolean;
  readonly SwapLimit?: boolean;
}

/**
 * Settings that the kernel of the engine's machine cannot apply (a Raspberry Pi without `cgroup_enable=memory`, a kernel
 * without `swapaccount=1`): the engine leaves them out, says so at creation and goes on. Asked for only where a limit
 * is missing.
 */
export async function unappliedLimits(
  { containers }: Stack,
  seen: Observation["containers"],
): Promise<readonly string[]> {
  const isMissing = containers.some(({ name, block }) => {
    const found = seen.get(name)?.HostConfig;
    const limits = [Number(at(found, "Memory")), Number(at(found, "MemorySwap"))];
    return found !== undefined && block.memory !== undefined && limits.some((limit) => limit <= 0);
  });
  if (!isMissing) return [];
  const info = JSON.parse((await run(["docker", "info", "--format", "{{json .}}"])).stdout) as Info;
  return [
    ...(info.MemoryLimit === false ? ["memory"] : []),
    ...(info.MemoryLimit === false || info.SwapLimit === false ? ["memory_swap"] : []),
  ];
}
