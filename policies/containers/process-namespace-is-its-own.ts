import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const processNamespaceIsItsOwn = definePolicy({
  id: "CTR-020",
  severity: "high",
  title: "no container shares the process namespace of the host or of another container",
  why: "Who sees the processes of the host reads their environment and arguments, and can end them.",
  avoid: "pid: host",
  prefer: "init: true",
  allowed: "pid_mode unset",
  fix: "remove pid_mode",
  source: "CIS Docker Benchmark 1.6.0, 5.16",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "pid_mode", (value) => isUnset(value) || value === ""),
});
