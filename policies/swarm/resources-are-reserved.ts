import { taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

/**
 * The scheduler counts reservations and nothing else: without them every task may land on one node.
 */
export const resourcesAreReserved = definePolicy({
  id: "SWM-007",
  severity: "medium",
  title: "a service states what it needs and what it may take",
  allowed: "memory_bytes and nano_cpus greater than 0 in resources.limits and resources.reservation",
  fix: "write task_spec.resources out",
  source: "CIS Docker Benchmark 1.6.0, 5.11 and 5.12",
  looksAt: ["docker_service"],
  check: ({ block }) =>
    ["limits", "reservation"].flatMap((part) =>
      ["memory_bytes", "nano_cpus"].flatMap((name) =>
        must(
          nested(taskSpec(block), "resources", part),
          name,
          (value) => asNumber(value) > 0,
          `resources.${part}.${name}`,
        ),
      ),
    ),
});
