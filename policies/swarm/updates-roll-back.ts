import { seconds } from "../facts/durations.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

export const updatesRollBack = definePolicy({
  id: "SWM-004",
  severity: "medium",
  title: "an update that fails is rolled back",
  why: "A failed update pauses by default, with a part of the tasks on the broken version, until somebody looks.",
  avoid: `{"resource": {"docker_service": {"web": {
  "update_config": {"parallelism": 1, "failure_action": "pause", "monitor": "30s", "order": "start-first"}
}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {
  "update_config": {"parallelism": 1, "failure_action": "rollback", "monitor": "30s", "order": "start-first"}
}}}}`,
  allowed:
    "update_config with failure_action rollback, parallelism and monitor greater than 0, order start-first or stop-first",
  fix: "write update_config out",
  source: "kreuzwerker/docker 4.5, docker_service",
  looksAt: ["docker_service"],
  check: ({ block }) => {
    const update = nested(block, "update_config");
    return [
      ...must(update, "failure_action", (value) => value === "rollback", "update_config.failure_action"),
      ...must(update, "parallelism", (value) => asNumber(value) > 0, "update_config.parallelism"),
      ...must(update, "monitor", (value) => seconds(value) > 0, "update_config.monitor"),
      ...must(update, "order", isOrder, "update_config.order"),
    ];
  },
});

const isOrder = (value: unknown) => value === "start-first" || value === "stop-first";
