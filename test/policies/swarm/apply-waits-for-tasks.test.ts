import { applyWaitsForTasks } from "../../../policies/swarm/apply-waits-for-tasks.ts";
import { judges } from "../judging.ts";

judges(applyWaitsForTasks, "SWM-010", {
  rejects: [
    { name: "no wait", given: {}, evidence: ["converge_config.timeout is not set"] },
    {
      name: "a wait of no time",
      given: { converge_config: { timeout: "0s" } },
      evidence: ['converge_config.timeout is "0s"'],
    },
    {
      name: "what is known only at apply",
      given: { converge_config: { timeout: "${var.timeout}" } },
      evidence: ['converge_config.timeout is "${var.timeout}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a wait", given: { converge_config: { delay: "2s", timeout: "90s" } } },
    { name: "a global service, which knows no wait", given: { mode: { global: true } }, examined: 0 },
  ],
});
