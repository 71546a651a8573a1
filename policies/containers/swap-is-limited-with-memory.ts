import { reworded } from "../evidence.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, show } from "../values.ts";

export const swapIsLimitedWithMemory = definePolicy({
  id: "CTR-010",
  severity: "low",
  title: "swap is limited together with memory",
  why: "Without it each plan wants to remove what the engine filled in, and the engine refuses more memory.",
  avoid: `mem_limit: 256m
memswap_limit: 1g`,
  prefer: `mem_limit: 256m
memswap_limit: 256m`,
  allowed: "memory_swap equal to memory, which means no swap",
  fix: "set memory_swap to the value of memory",
  words: {
    compose: {
      allowed: "memswap_limit equal to mem_limit, which means no swap",
      fix: "set memswap_limit to the value of mem_limit",
    },
  },
  source: "docs/architecture.md, provider rule 2",
  looksAt: ["docker_container"],
  check: ({ block }) =>
    must(block, "memory_swap", (value) => asNumber(value) === asNumber(block.memory)).map((evidence) =>
      reworded(evidence, (text) => `${text}, memory is ${show(block.memory)}`),
    ),
});
