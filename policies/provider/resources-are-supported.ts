import { definePolicy } from "../policy.ts";

/** The kinds that rules look at; `test/policies/provider/` compares it with what they say. */
export const JUDGED = [
  "docker_config",
  "docker_container",
  "docker_image",
  "docker_network",
  "docker_plugin",
  "docker_registry_image",
  "docker_secret",
  "docker_service",
  "docker_volume",
];

export const resourcesAreSupported = definePolicy({
  id: "PRV-016",
  severity: "medium",
  title: "every resource is of a kind that is judged",
  why: "A resource that no rule knows would pass unseen.",
  avoid: `{"resource": {"docker_buildx_builder": {"web": {
  "name": "web"
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "name": "web"
}}}}`,
  allowed: `${JUDGED.join(", ")}; no modules`,
  fix: "declare containers, services, networks, volumes and images in the stack itself",
  source: "the rules themselves: what none of them looks at is judged by none",
  dialect: "terraform",
  looksAt: ["*"],
  check: ({ type }) => {
    if (type === "module") return ["a module: what it holds cannot be seen here"];
    return type.startsWith("docker_") && !JUDGED.includes(type) ? [`no rule looks at a ${type}`] : [];
  },
});
