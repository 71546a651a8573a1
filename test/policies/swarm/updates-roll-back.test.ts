import { updatesRollBack } from "../../../policies/swarm/updates-roll-back.ts";
import { judges } from "../judging.ts";

const sound = { failure_action: "rollback", parallelism: 1, monitor: "10s", order: "start-first" };

judges(updatesRollBack, "SWM-004", {
  rejects: [
    {
      name: "no update_config",
      given: {},
      evidence: [
        "update_config.failure_action is not set",
        "update_config.parallelism is not set",
        "update_config.monitor is not set",
        "update_config.order is not set",
      ],
    },
    {
      name: "one that goes on, all at once, without looking",
      given: { update_config: { failure_action: "continue", parallelism: 0, monitor: "0s", order: "any" } },
      evidence: [
        'update_config.failure_action is "continue"',
        "update_config.parallelism is 0",
        'update_config.monitor is "0s"',
        'update_config.order is "any"',
      ],
    },
    {
      name: "what is known only at apply",
      given: { update_config: { ...sound, failure_action: "${var.action}" } },
      evidence: ['update_config.failure_action is "${var.action}", known only at apply'],
    },
  ],
  accepts: [{ name: "an update that is watched", given: { update_config: [sound] } }],
});
