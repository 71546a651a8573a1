import { RUNS, taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

export const cpuIsLimited = definePolicy({
  id: "CTR-011",
  severity: "medium",
  title: "CPU time is limited through cpus",
  why: "The one CPU limit whose changes reach the engine; the provider declares it as text.",
  avoid: "mem_limit: 256m",
  prefer: 'cpus: "0.5"',
  allowed:
    "cpus as a text with a number greater than 0, for example `0.5`; nano_cpus greater than 0 for a service",
  fix: "set cpus",
  words: {
    site: { fix: "set limits.cpus of the service in the configuration" },
    compose: { allowed: "cpus or deploy.resources.limits.cpus above 0", fix: "set cpus, for example 0.5" },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.12; docs/architecture.md, provider rule 2",
  looksAt: RUNS,
  check: ({ type, block }) =>
    type === "docker_container"
      ? must(block, "cpus", isCpuCount)
      : must(
          nested(taskSpec(block), "resources", "limits"),
          "nano_cpus",
          (value) => asNumber(value) > 0,
          "resources.limits.nano_cpus",
        ),
});

const isCpuCount = (value: unknown) =>
  typeof value === "string" && /^\d+(\.\d+)?$/.test(value) && Number(value) > 0;
