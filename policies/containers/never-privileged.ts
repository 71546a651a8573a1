import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

/**
 * A privileged container has every capability and every device: anyone who breaks into it owns the host.
 */
export const neverPrivileged = definePolicy({
  id: "CTR-001",
  severity: "critical",
  title: "no container is privileged",
  allowed: "privileged unset or false",
  fix: "remove privileged; add the one capability that is needed",
  source: "CIS Docker Benchmark 1.6.0, 5.5",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "privileged", isUnsetOrFalse),
});
