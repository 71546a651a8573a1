import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const cgroupIsItsOwn = definePolicy({
  id: "CTR-023",
  severity: "medium",
  title: "a container stays in the cgroup that the engine makes for it",
  why: "In another cgroup the limits of CTR-009 and CTR-011 are somebody else's; the host's namespace shows what else runs.",
  avoid: "cgroup: host",
  prefer: "mem_limit: 256m",
  allowed: "cgroup_parent unset; cgroupns_mode unset or private",
  fix: "remove cgroup_parent and cgroupns_mode",
  source: "CIS Docker Benchmark 1.6.0, 5.25",
  looksAt: ["docker_container"],
  check: ({ block }) => [
    ...must(block, "cgroupns_mode", (value) => isUnset(value) || ["", "private"].includes(String(value))),
    ...must(block, "cgroup_parent", (value) => isUnset(value) || value === ""),
  ],
});
