import { RUNS, taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

export const memoryIsLimited = definePolicy({
  id: "CTR-009",
  severity: "medium",
  title: "memory is limited",
  why: "It can be raised and lowered in place but never unset: the limit stays, and each plan wants it gone again.",
  avoid: 'deploy: {resources: {limits: {cpus: "0.5"}}}',
  prefer: "mem_limit: 256m",
  allowed: "memory as a number of MiB greater than 0; memory_bytes greater than 0 for a service",
  fix: "set memory",
  words: {
    site: { fix: "set limits.memoryMiB of the service in the configuration" },
    compose: {
      allowed: "mem_limit or deploy.resources.limits.memory above 0",
      fix: "set mem_limit, for example 256m",
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.11; docs/architecture.md, provider rule 2",
  looksAt: RUNS,
  check: ({ type, block }) =>
    type === "docker_container"
      ? must(block, "memory", isPositive)
      : must(
          nested(taskSpec(block), "resources", "limits"),
          "memory_bytes",
          isPositive,
          "resources.limits.memory_bytes",
        ),
});

const isPositive = (value: unknown) => asNumber(value) > 0;
