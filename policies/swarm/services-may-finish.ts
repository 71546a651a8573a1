import { seconds } from "../facts/durations.ts";
import { containerSpec, isStateful } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

export const servicesMayFinish = definePolicy({
  id: "SWM-013",
  severity: "medium",
  title: "a service that keeps data gets time to finish",
  why: "After 10 s, the default, a database is killed while it writes its checkpoint, and recovers at the next start.",
  avoid: `{"resource": {"docker_service": {"db": {"task_spec": {"container_spec": {
  "image": "postgres:17", "stop_grace_period": "10s"
}}}}}}`,
  prefer: `{"resource": {"docker_service": {"db": {"task_spec": {"container_spec": {
  "image": "postgres:17", "stop_grace_period": "1m0s"
}}}}}}`,
  allowed: "stop_grace_period of 60 s or more",
  fix: 'set stop_grace_period to "1m"',
  source: "kreuzwerker/docker 4.5, docker_service; docker-library/postgres#1207",
  looksAt: ["docker_service"],
  where: isStateful,
  check: (resource) => must(containerSpec(resource), "stop_grace_period", (value) => seconds(value) >= 60),
});
