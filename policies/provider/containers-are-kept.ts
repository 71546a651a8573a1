import { isJob } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { isFalse, isTrue, isUnsetOrFalse, isUnsetOrTrue, must } from "../values.ts";

export const containersAreKept = definePolicy({
  id: "PRV-020",
  formerly: ["CTR-036"],
  severity: "low",
  title: "containers are started and kept; only jobs end",
  why: "`rm` is never applied to a container that exists, so each plan wants it again; the rest would leave a service unstarted, or apply waiting for its end.",
  avoid: `{"resource": {"docker_container": {"web": {
  "rm": true
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "must_run": true
}}}}`,
  allowed: "rm unset, start unset, must_run true or unset (false for a job), attach only for a job",
  fix: "remove rm, start and attach; let what runs once have must_run false",
  words: { site: { fix: "remove rm, start and attach; declare what runs once as JobContainer" } },
  source: "docs/architecture.md, provider rule 1",
  dialect: "terraform",
  looksAt: ["docker_container"],
  check: (resource) => [
    ...must(resource.block, "must_run", (value) => isUnsetOrTrue(value) || isFalse(value)),
    ...must(resource.block, "rm", isUnsetOrFalse),
    ...must(resource.block, "start", isUnsetOrTrue),
    ...must(resource.block, "attach", (value) => isUnsetOrFalse(value) || (isJob(resource) && isTrue(value))),
  ],
});
