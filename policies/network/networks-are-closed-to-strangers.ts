import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

/**
 * Any container of the swarm may join an attachable network, no matter who started it.
 */
export const networksAreClosedToStrangers = definePolicy({
  id: "NET-018",
  severity: "low",
  title: "containers from outside the stack cannot join its networks",
  allowed: "attachable unset or false",
  fix: "remove attachable",
  source: "Docker documentation, docker network create --attachable",
  looksAt: ["docker_network"],
  check: ({ block }) => must(block, "attachable", isUnsetOrFalse),
});
