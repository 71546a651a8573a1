import { definePolicy } from "../policy.ts";

const SUPPORTED = ["docker_container", "docker_image", "docker_network", "docker_volume"];

/**
 * Services, secrets and configs of a swarm follow other rules, and what no rule knows would pass unseen.
 */
export const resourcesAreSupported = definePolicy({
  id: "PRV-016",
  severity: "medium",
  title: "every resource is of a kind that is judged",
  allowed: "docker_container, docker_image, docker_network, docker_volume; nothing of swarm, no modules",
  fix: "declare containers, networks, volumes and images in the stack itself",
  source: "docs/architecture.md, provider rule 15",
  dialect: "terraform",
  looksAt: ["*"],
  check: ({ type }) => {
    if (type === "module") return ["a module: what it holds cannot be seen here"];
    return type.startsWith("docker_") && !SUPPORTED.includes(type)
      ? [`${type} is not supported by this kit yet`]
      : [];
  },
});
