import { isService } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

/**
 * `logs` copies what a container prints into Terraform's state, with whatever secret or reading it prints.
 */
export const outputStaysOutOfTheState = definePolicy({
  id: "CTR-037",
  severity: "medium",
  title: "what a service prints is not kept in Terraform's state",
  allowed: "logs unset, except for a job",
  fix: "remove logs; read them with docker logs",
  source: "kreuzwerker/docker 4.5, docker_container, container_logs",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: isService,
  check: ({ block }) => must(block, "logs", isUnsetOrFalse),
});
