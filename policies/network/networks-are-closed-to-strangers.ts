import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const networksAreClosedToStrangers = definePolicy({
  id: "NET-018",
  severity: "low",
  title: "containers from outside the stack cannot join its networks",
  why: "Any container of the swarm may join an attachable network, no matter who started it.",
  avoid: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks: {web: {attachable: true}}`,
  prefer: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks: {web: {}}`,
  allowed: "attachable unset or false",
  fix: "remove attachable",
  source: "Docker documentation, docker network create --attachable",
  looksAt: ["docker_network"],
  check: ({ block }) => must(block, "attachable", isUnsetOrFalse),
});
