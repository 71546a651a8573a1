import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const overlaysAreClosed = definePolicy({
  id: "SWM-002",
  severity: "medium",
  title: "only services join an overlay network",
  why: "Any container on any node could join the network of the databases.",
  avoid: `{"resource": {"docker_network": {"web": {
  "driver": "overlay", "attachable": true
}}}}`,
  prefer: `{"resource": {"docker_network": {"web": {
  "driver": "overlay"
}}}}`,
  allowed: "attachable unset or false",
  fix: "remove attachable",
  source: "Docker documentation, overlay networks",
  looksAt: ["docker_network"],
  where: ({ block }) => block.driver === "overlay",
  check: ({ block }) => must(block, "attachable", isUnsetOrFalse),
});
