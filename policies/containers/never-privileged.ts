import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const neverPrivileged = definePolicy({
  id: "CTR-001",
  severity: "critical",
  title: "no container is privileged",
  why: "A privileged container has every capability and every device: anyone who breaks into it owns the host.",
  avoid: "privileged: true",
  prefer: `cap_drop: [ALL]
cap_add: [NET_BIND_SERVICE]`,
  allowed: "privileged unset or false",
  fix: "remove privileged; add the one capability that is needed",
  source: "CIS Docker Benchmark 1.6.0, 5.5",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "privileged", isUnsetOrFalse),
});
