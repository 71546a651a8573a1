import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must } from "../values.ts";

export const initReapsProcesses = definePolicy({
  id: "CTR-030",
  severity: "low",
  title: "an init process hands on signals and reaps processes",
  why: "A program that is process 1 ignores SIGTERM unless it has a handler, and leaves dead children behind. The provider sends an explicit false where nothing is set, so a default of the daemon does not help.",
  avoid: "init: false",
  prefer: "init: true",
  allowed: "init true",
  fix: "set init to true; waive this rule for an image that has an init of its own",
  source: "Docker documentation, docker run --init; kreuzwerker/docker 4.5",
  looksAt: RUNS,
  check: (resource) => must(containerSpec(resource), "init", isTrue),
});
