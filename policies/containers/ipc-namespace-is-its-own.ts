import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const ipcNamespaceIsItsOwn = definePolicy({
  id: "CTR-021",
  severity: "high",
  title: "no container shares or offers shared memory",
  why: "Shared memory of the host, or of a container that offers it, can be read and written by anyone who joins it.",
  avoid: "ipc: host",
  prefer: "ipc: private",
  allowed: "ipc_mode unset, private or none",
  fix: "remove ipc_mode",
  source: "CIS Docker Benchmark 1.6.0, 5.17",
  looksAt: ["docker_container"],
  check: ({ block }) =>
    must(block, "ipc_mode", (value) => isUnset(value) || ["", "private", "none"].includes(String(value))),
});
