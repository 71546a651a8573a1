import { privilegesAreDropped } from "../../../policies/redis/privileges-are-dropped.ts";
import { judges } from "../judging.ts";

judges(privilegesAreDropped, "RDS-009", {
  rejects: [
    {
      name: "a server that stays root",
      given: { image: "redis:8", env: ["SKIP_DROP_PRIVS=1"] },
      evidence: ["SKIP_DROP_PRIVS is set"],
    },
    {
      name: "a service that stays root",
      type: "docker_service",
      given: { task_spec: { container_spec: { image: "redis:8", env: { SKIP_DROP_PRIVS: "${var.x}" } } } },
      evidence: ["SKIP_DROP_PRIVS is set"],
    },
    {
      name: "variables known only at apply",
      given: { image: "redis:8", env: "${var.e}" },
      evidence: ["cannot be judged: env is neither a list nor a map, so its names are not known"],
    },
  ],
  accepts: [
    { name: "an image that drops it", given: { image: "redis:8" } },
    { name: "another server", given: { image: "app", env: ["SKIP_DROP_PRIVS=1"] }, examined: 0 },
  ],
});
