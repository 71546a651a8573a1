import { restartsAreSpaced } from "../../../policies/swarm/restarts-are-spaced.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

const policy = (restart_policy: unknown) => withTask({ restart_policy });

judges(restartsAreSpaced, "SWM-012", {
  rejects: [
    {
      name: "no policy",
      given: {},
      evidence: [
        "restart_policy.delay is not set",
        "restart_policy.max_attempts is not set",
        "restart_policy.window is not set",
      ],
    },
    {
      name: "restarts without a pause",
      given: policy({ delay: "0s", max_attempts: 3, window: "1m" }),
      evidence: ['restart_policy.delay is "0s"'],
    },
    {
      name: "what is known only at apply",
      given: policy({ delay: "5s", max_attempts: "${var.attempts}", window: "1m" }),
      evidence: ['restart_policy.max_attempts is "${var.attempts}", known only at apply'],
    },
  ],
  accepts: [{ name: "all three", given: policy([{ delay: "5s", max_attempts: 0, window: "0s" }]) }],
});
