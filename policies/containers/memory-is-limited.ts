import { definePolicy } from "../policy.ts";
import { asNumber, must } from "../values.ts";

/**
 * It can be raised and lowered in place but never unset: the limit stays, and each plan wants it gone again.
 */
export const memoryIsLimited = definePolicy({
  id: "CTR-009",
  severity: "medium",
  title: "memory is limited",
  allowed: "memory as a number of MiB greater than 0",
  fix: "set limits.memoryMiB of the service in the configuration",
  source: "docs/architecture.md, provider rule 2",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "memory", (value) => asNumber(value) > 0),
});
