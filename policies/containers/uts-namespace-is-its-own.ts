import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const utsNamespaceIsItsOwn = definePolicy({
  id: "CTR-046",
  severity: "medium",
  title: "no container shares the host name of the host",
  why: "Who shares it can change the name of the host, by which its logs and certificates are known.",
  avoid: "uts: host",
  prefer: "hostname: web",
  allowed: "uts unset in a compose file",
  fix: "remove uts",
  source: "CIS Docker Benchmark 1.6.0, 5.21",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "uts_mode", (value) => isUnset(value) || value === "", "uts"),
});
