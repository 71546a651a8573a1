import { restartPolicyFits } from "../../../policies/containers/restart-policy-fits.ts";
import { judges } from "../judging.ts";

judges(restartPolicyFits, "CTR-015", {
  rejects: [
    { name: "a service without a policy", given: {}, evidence: ["restart is not set"] },
    { name: "a service that hides a crash", given: { restart: "always" }, evidence: ['restart is "always"'] },
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
  ],
  accepts: [
    { name: "a service", given: { restart: "unless-stopped" } },
    { name: "a job", given: { must_run: false, restart: "no" } },
  ],
});
