import { seconds } from "../facts/durations.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must, nested } from "../values.ts";

export const applyWaitsForTasks = definePolicy({
  id: "SWM-010",
  severity: "low",
  title: "apply waits until the tasks of a service run",
  why: "Without it an apply ends when the managers have taken the order, and says nothing of tasks that never start.",
  avoid: `{"resource": {"docker_service": {"web": {
  "name": "web"
}}}}`,
  prefer: `{"resource": {"docker_service": {"web": {
  "converge_config": {"delay": "5s", "timeout": "3m"}
}}}}`,
  allowed: "converge_config with a timeout greater than 0, for all but global services",
  fix: "add converge_config with delay and timeout",
  source: "kreuzwerker/docker 4.5, docker_service",
  dialect: "terraform",
  looksAt: ["docker_service"],
  where: ({ block }) => !isTrue(nested(block, "mode").global),
  check: ({ block }) =>
    must(
      nested(block, "converge_config"),
      "timeout",
      (value) => seconds(value) > 0,
      "converge_config.timeout",
    ),
});
