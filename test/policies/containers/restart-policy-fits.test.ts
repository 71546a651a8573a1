import { restartPolicyFits } from "../../../policies/containers/restart-policy-fits.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

judges(restartPolicyFits, "CTR-015", {
  rejects: [
    { name: "a service without a policy", given: {}, evidence: ["restart is not set"] },
    {
      name: "a service of the kit that comes back after it was stopped",
      given: { restart: "always", labels: [{ label: "exploreiot.role", value: "api" }] },
      evidence: ['restart is "always"'],
    },
    { name: "a service that stays down", given: { restart: "no" }, evidence: ['restart is "no"'] },
    {
      name: "a job that runs again and again",
      given: { must_run: false, restart: "unless-stopped" },
      evidence: ['restart is "unless-stopped"'],
    },
    {
      name: "what is known only at apply",
      given: { restart: "${var.restart}" },
      evidence: ['restart is "${var.restart}", known only at apply'],
    },
    {
      name: "a service that tries for ever",
      given: { restart: "on-failure" },
      evidence: ['restart is "on-failure", max_retry_count is not set'],
    },
    {
      name: "a service of a swarm that stays down",
      type: "docker_service",
      given: withTask({ restart_policy: { condition: "none" } }),
      evidence: ['restart_policy.condition is "none"'],
    },
    {
      name: "a service of a swarm without a policy",
      type: "docker_service",
      given: {},
      evidence: ["restart_policy.condition is not set"],
    },
  ],
  accepts: [
    { name: "a service that gives up", given: { restart: "on-failure", max_retry_count: 5 } },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withTask({ restart_policy: { condition: "any" } }),
    },
    { name: "a service", given: { restart: "unless-stopped" } },
    { name: "a service of others that always restarts", given: { restart: "always" } },
    { name: "a job", given: { must_run: false, restart: "no" } },
  ],
});
