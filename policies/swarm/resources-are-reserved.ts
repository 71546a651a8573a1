import { taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

export const resourcesAreReserved = definePolicy({
  id: "SWM-007",
  severity: "medium",
  title: "a service states what it needs and what it may take",
  why: "The scheduler counts reservations and nothing else: without them every task may land on one node.",
  avoid: `{"resource": {"docker_service": {"web": {"task_spec": {
  "resources": {"limits": {"memory_bytes": 268435456, "nano_cpus": 500000000}}
}}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {"task_spec": {
  "resources": {
    "limits": {"memory_bytes": 268435456, "nano_cpus": 500000000},
    "reservation": {"memory_bytes": 134217728, "nano_cpus": 250000000}
  }
}}}}}`,
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
