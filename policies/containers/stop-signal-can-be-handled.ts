import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

/** Signals that no process can catch: a database that is stopped with it starts again from its write-ahead log. */
const UNCATCHABLE = /^(SIG)?(KILL|STOP)$|^(9|19)$/i;

export const stopSignalCanBeHandled = definePolicy({
  id: "CTR-043",
  severity: "medium",
  title: "a container is stopped by a signal that it can handle",
  why: "The grace that a container gets before it is killed is worth nothing if the first signal kills it.",
  avoid: "stop_signal: SIGKILL",
  prefer: "stop_signal: SIGTERM",
  allowed: "stop_signal unset, or a signal other than KILL and STOP",
  fix: "set stop_signal to SIGTERM, or to what the program's manual names for an orderly end",
  source: "signal(7); docs/architecture.md, provider rule 12",
  looksAt: RUNS,
  check: (resource) =>
    must(containerSpec(resource), "stop_signal", (value) => !UNCATCHABLE.test(String(value ?? ""))),
});
