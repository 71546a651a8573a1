import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

export const rollbacksAreStated = definePolicy({
  id: "SWM-005",
  severity: "medium",
  title: "a rollback goes step by step",
  why: "Without it a rollback stops every task at once and starts the old version wherever it fits.",
  avoid: `{"resource": {"docker_service": {"web": {
  "name": "web"
}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {
  "rollback_config": {"parallelism": 1, "failure_action": "pause", "order": "stop-first"}
}}}}`,
  allowed: "rollback_config with parallelism greater than 0, failure_action and order",
  fix: "write rollback_config out",
  source: "kreuzwerker/docker 4.5, docker_service",
  looksAt: ["docker_service"],
  check: ({ block }) => {
    const rollback = nested(block, "rollback_config");
    const isOneOf = (names: readonly string[]) => (value: unknown) => names.includes(String(value));
    return [
      ...must(rollback, "parallelism", (value) => asNumber(value) > 0, "rollback_config.parallelism"),
      ...must(rollback, "failure_action", isOneOf(["pause", "continue"]), "rollback_config.failure_action"),
      ...must(rollback, "order", isOneOf(["start-first", "stop-first"]), "rollback_config.order"),
    ];
  },
});
