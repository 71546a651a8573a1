import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

const KNOWN = ["", "runc", "crun", "io.containerd.runc.v2", "runsc", "kata", "kata-runtime"];

export const runtimeIsKnown = definePolicy({
  id: "CTR-042",
  severity: "medium",
  title: "a container runs with a runtime that isolates it",
  why: "A runtime is a program that the engine runs as root, with what the container asks for as its orders.",
  avoid: "runtime: sysbox-runc",
  prefer: "runtime: runsc",
  allowed: "runtime unset, runc, crun, runsc (gVisor) or kata",
  fix: "remove runtime",
  source: "Docker documentation, dockerd runtimes",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "runtime", (value) => isUnset(value) || KNOWN.includes(String(value))),
});
