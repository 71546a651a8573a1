import { jobsFailTheApply } from "../../../policies/provider/jobs-fail-the-apply.ts";
import { judges } from "../judging.ts";

const job = {
  must_run: false,
  attach: true,
  logs: true,
  lifecycle: { postcondition: [{ condition: "${self.exit_code == 0}", error_message: "it failed" }] },
};

judges(jobsFailTheApply, "PRV-014", {
  rejects: [
    {
      name: "a job without a postcondition",
      given: { must_run: false, attach: true, logs: true },
      evidence: ["postcondition is []"],
    },
    {
      name: "one that accepts every end",
      given: { ...job, lifecycle: { postcondition: [{ condition: "${self.exit_code >= 0}" }] } },
      evidence: ['postcondition is ["${self.exit_code >= 0}"]'],
    },
    {
      name: "a job that nobody waits for",
      given: { ...job, attach: false, logs: undefined },
      evidence: ["attach is false", "logs is not set"],
    },
    {
      name: "a service that was made a job by an override",
      given: { must_run: "false" },
      evidence: ["attach is not set", "logs is not set", "postcondition is []"],
    },
  ],
  accepts: [
    { name: "a job", given: job },
    {
      name: "a job with the blocks as lists",
      given: { ...job, lifecycle: [{ postcondition: job.lifecycle.postcondition[0] }] },
    },
    { name: "a service", given: { must_run: true }, examined: 0 },
  ],
});
