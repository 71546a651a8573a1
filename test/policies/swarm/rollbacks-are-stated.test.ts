import { rollbacksAreStated } from "../../../policies/swarm/rollbacks-are-stated.ts";
import { judges } from "../judging.ts";

const sound = { parallelism: 1, failure_action: "pause", order: "stop-first" };

judges(rollbacksAreStated, "SWM-005", {
  rejects: [
    {
      name: "no rollback_config",
      given: {},
      evidence: [
        "rollback_config.parallelism is not set",
        "rollback_config.failure_action is not set",
        "rollback_config.order is not set",
      ],
    },
    {
      name: "all at once",
      given: { rollback_config: { ...sound, parallelism: 0 } },
      evidence: ["rollback_config.parallelism is 0"],
    },
    {
      name: "what is known only at apply",
      given: { rollback_config: { ...sound, order: "${var.order}" } },
      evidence: ['rollback_config.order is "${var.order}", known only at apply'],
    },
  ],
  accepts: [{ name: "step by step", given: { rollback_config: sound } }],
});
