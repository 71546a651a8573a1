import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

/**
 * The one CPU limit whose changes reach the engine; the provider declares it as text.
 */
export const cpuIsLimited = definePolicy({
  id: "CTR-011",
  severity: "medium",
  title: "CPU time is limited through cpus",
  allowed: "cpus as a text with a number greater than 0, for example `0.5`",
  fix: "set limits.cpus of the service in the configuration",
  source: "docs/architecture.md, provider rule 2",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "cpus", isCpuCount),
});

const isCpuCount = (value: unknown) =>
  typeof value === "string" && /^\d+(\.\d+)?$/.test(value) && Number(value) > 0;
