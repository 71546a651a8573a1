import { isStateful, taskSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must, nested } from "../values.ts";

export const dataStaysOnItsNode = definePolicy({
  id: "SWM-008",
  severity: "medium",
  title: "a service that keeps data stays on its node",
  why: "A local volume does not move with its task: on another node the database starts with an empty one.",
  avoid: `{"resource": {"docker_service": {"db": {"task_spec": {
  "container_spec": {"image": "postgres:17"}
}}}}}`,
  prefer: `{"resource": {"docker_service": {"db": {"task_spec": {
  "container_spec": {"image": "postgres:17"},
  "placement": {"constraints": ["node.hostname==plant-1"]}
}}}}}`,
  allowed: "a constraint in placement.constraints on node.id, node.hostname or node.labels, with ==",
  fix: 'label the node and add a constraint, for example "node.labels.data == true"',
  source: "Docker documentation, swarm services: placement constraints",
  looksAt: ["docker_service"],
  where: isStateful,
  check: ({ block }) =>
    must(nested(taskSpec(block), "placement"), "constraints", isPinned, "placement.constraints"),
});

const isPinned = (constraints: unknown) =>
  Array.isArray(constraints) &&
  constraints.some((constraint) =>
    /^node\.(id|hostname|labels\.[^\s=!]+)\s*==\s*\S/.test(String(constraint)),
  );
