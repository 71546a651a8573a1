import { isJob } from "../containers.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

/**
 * After a restart of the engine a service without a policy stays down until the next apply.
 */
export const restartPolicyFits = definePolicy({
  id: "CTR-015",
  severity: "medium",
  title: "services restart by themselves, jobs never",
  allowed: "restart unless-stopped for a service, no for a job",
  fix: "build the container with ServiceContainer or JobContainer",
  source: "docs/architecture.md, provider rule 12",
  looksAt: ["docker_container"],
  check: (resource) =>
    must(resource.block, "restart", (value) => value === (isJob(resource) ? "no" : "unless-stopped")),
});
