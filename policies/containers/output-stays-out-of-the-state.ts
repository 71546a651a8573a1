import { isService } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const outputStaysOutOfTheState = definePolicy({
  id: "CTR-037",
  severity: "medium",
  title: "the output of a service is not kept in Terraform's state",
  why: "`logs` copies what a container prints into Terraform's state, with every secret or reading in it.",
  avoid: `{"resource": {"docker_container": {"web": {
  "logs": true
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "image": "nginx:1.27"
}}}}`,
  allowed: "logs unset, except for a job",
  fix: "remove logs; read them with docker logs",
  source: "kreuzwerker/docker 4.5, docker_container, container_logs",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: isService,
  check: ({ block }) => must(block, "logs", isUnsetOrFalse),
});
