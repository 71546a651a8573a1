import { swapIsLimitedWithMemory } from "../../../policies/containers/swap-is-limited-with-memory.ts";
import { judges } from "../judging.ts";

judges(swapIsLimitedWithMemory, "CTR-010", {
  rejects: [
    {
      name: "memory without memory_swap",
      given: { memory: 128 },
      evidence: ["memory_swap is not set, memory is 128"],
    },
    {
      name: "unlimited swap",
      given: { memory: 128, memory_swap: -1 },
      evidence: ["memory_swap is -1, memory is 128"],
    },
    {
      name: "more than memory",
      given: { memory: 128, memory_swap: 256 },
      evidence: ["memory_swap is 256, memory is 128"],
    },
    { name: "neither", given: {}, evidence: ["memory_swap is not set, memory is not set"] },
    {
      name: "two references, which may differ",
      given: { memory: "${var.a}", memory_swap: "${var.a}" },
      evidence: ['memory_swap is "${var.a}", known only at apply, memory is "${var.a}"'],
    },
  ],
  accepts: [
    { name: "the same amount", given: { memory: 128, memory_swap: 128 } },
    { name: "the same amount as text", given: { memory: 128, memory_swap: "128" } },
  ],
});
