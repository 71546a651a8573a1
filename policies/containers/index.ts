import type { Policy } from "../policy.ts";
import { cpuIsLimited } from "./cpu-is-limited.ts";
import { memoryIsLimited } from "./memory-is-limited.ts";
import { networkNamespaceIsItsOwn } from "./network-namespace-is-its-own.ts";
import { noPortIsPublishedUnasked } from "./no-port-is-published-unasked.ts";
import { processCountIsStated } from "./process-count-is-stated.ts";
import { restartPolicyFits } from "./restart-policy-fits.ts";
import { servicesHaveAHealthcheck } from "./services-have-a-healthcheck.ts";
import { swapIsLimitedWithMemory } from "./swap-is-limited-with-memory.ts";

export const containers: readonly Policy[] = [
  memoryIsLimited,
  swapIsLimitedWithMemory,
  cpuIsLimited,
  processCountIsStated,
  restartPolicyFits,
  servicesHaveAHealthcheck,
  networkNamespaceIsItsOwn,
  noPortIsPublishedUnasked,
];
