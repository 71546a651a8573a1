import { isStateful } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, must, nested } from "../values.ts";

export const replicasFit = definePolicy({
  id: "SWM-006",
  severity: "medium",
  title: "a service that keeps data runs once, every other at least twice in production",
  why: "A second PostgreSQL, Redis or Mosquitto is another, empty one behind the same name; a single web server is an outage at each update.",
  avoid: `{"resource": {"docker_service": {"db": {
  "mode": {"replicated": {"replicas": 2}},
  "task_spec": {"container_spec": {"image": "postgres:17"}}
}}}}`,
  prefer: `{"resource": {"docker_service": {"db": {
  "mode": {"replicated": {"replicas": 1}},
  "task_spec": {"container_spec": {"image": "postgres:17"}}
}}}}`,
  allowed:
    "mode.replicated.replicas 1 for PostgreSQL, Redis and Mosquitto; 2 or more, or global, for the rest",
  fix: "set mode.replicated.replicas",
  source: "Docker documentation, swarm services: replicated and global",
  looksAt: ["docker_service"],
  check: (resource, stack) => {
    const mode = nested(resource.block, "mode");
    const holdsData = isStateful(resource, stack);
    if (mode.global === true || mode.global === "true") return holdsData ? ["mode.global is true"] : [];
    const least = stack.environment === "production" ? 2 : 1;
    const [replicated = {}] = blocks(mode, "replicated");
    return must(
      replicated,
      "replicas",
      (value) => (holdsData ? asNumber(value) === 1 : asNumber(value) >= least),
      "mode.replicated.replicas",
    );
  },
});
