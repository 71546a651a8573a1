import { seconds } from "../facts/durations.ts";
import { taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must, nested } from "../values.ts";

export const restartsAreSpaced = definePolicy({
  id: "SWM-012",
  severity: "medium",
  title: "restarts of a task are spaced and counted",
  why: "A task that fails at once is started again at once, on every node, until logs and disks are full.",
  avoid: `{"resource": {"docker_service": {"web": {"task_spec": {
  "restart_policy": {"condition": "any"}
}}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {"task_spec": {
  "restart_policy": {"condition": "any", "delay": "5s", "max_attempts": 0, "window": "30s"}
}}}}}`,
  allowed: "restart_policy with delay greater than 0, max_attempts and window",
  fix: "write restart_policy out; max_attempts 0 tries for ever, in steps of delay",
  source: "kreuzwerker/docker 4.5, docker_service",
  looksAt: ["docker_service"],
  check: ({ block }) => {
    const policy = nested(taskSpec(block), "restart_policy");
    return [
      ...must(policy, "delay", (value) => seconds(value) > 0, "restart_policy.delay"),
      ...must(policy, "max_attempts", (value) => asNumber(value) >= 0, "restart_policy.max_attempts"),
      ...must(policy, "window", (value) => seconds(value) >= 0, "restart_policy.window"),
    ];
  },
});
