import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const userNamespaceIsNotTheHosts = definePolicy({
  id: "CTR-022",
  severity: "medium",
  title: "no container opts out of user namespaces",
  why: "It takes the container out of the engine's user remapping: its root is then the host's root.",
  avoid: "userns_mode: host",
  prefer: 'user: "1000:1000"',
  allowed: "userns_mode unset",
  fix: "remove userns_mode",
  source: "CIS Docker Benchmark 1.6.0, 5.31",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "userns_mode", (value) => isUnset(value) || value === ""),
});
