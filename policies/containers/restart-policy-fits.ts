import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, reworded } from "../evidence.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { RUNS, taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, isFalse, must, nested, show } from "../values.ts";

export const restartPolicyFits = definePolicy({
  id: "CTR-015",
  severity: "medium",
  title: "services restart by themselves, jobs never",
  why: "After a restart of the engine a service without a policy stays down until the next apply.",
  avoid: "restart: on-failure",
  prefer: "restart: unless-stopped",
  allowed:
    "restart unless-stopped for a service (outside the kit also always), or on-failure with max_retry_count from 1 to 5; no for a job; restart_policy.condition any or on-failure in a swarm",
  fix: "set restart to unless-stopped, for a job to no",
  words: {
    site: { fix: "let the kit declare the container: it restarts services, and jobs never" },
    compose: {
      allowed: 'restart unless-stopped or always, or on-failure with a count from 1 to 5; "no" for a job',
      fix: 'write restart: unless-stopped; for a job restart: "no"',
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.15; docs/architecture.md, provider rule 12",
  looksAt: RUNS,
  check: (resource, stack) => {
    const { type, block } = resource;
    if (type === "docker_container") return ofContainer(resource, stack);
    const policy = nested(taskSpec(block), "restart_policy");
    return must(policy, "condition", isForever, "restart_policy.condition");
  },
});

const isForever = (value: unknown) => value === "any" || value === "on-failure";

function ofContainer({ block }: Resource, stack: StackDocument): readonly Evidence[] {
  const { restart } = block;
  if (isFalse(block.must_run)) return must(block, "restart", (value) => value === "no");
  if (restart !== "on-failure")
    return must(
      block,
      "restart",
      (value) => value === "unless-stopped" || (value === "always" && !isOfTheKit(stack)),
    );
  return must(block, "max_retry_count", (value) => asNumber(value) >= 1 && asNumber(value) <= 5).map(
    (evidence) => reworded(evidence, (text) => `restart is ${show(restart)}, ${text}`),
  );
}
