import { hasUploads, isJob } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must, show } from "../values.ts";

export const deliveryHasNoNetwork = definePolicy({
  id: "PRV-015",
  severity: "medium",
  title: "a job that receives files has no network",
  why: "It runs as root and holds secrets for a moment; it needs nobody for that.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/files/web.conf", "content": "port 80"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "must_run": false, "network_mode": "none",
  "upload": [{"file": "/files/web.conf", "content": "port 80"}]
}}}}`,
  allowed: "network_mode none and no networks_advanced",
  fix: "set network_mode to none",
  words: { site: { fix: "deliver the files with FileDelivery" } },
  source: "docs/architecture.md, provider rule 14",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: (resource) => isJob(resource) && hasUploads(resource),
  check: ({ block }) => [
    ...must(block, "network_mode", (mode) => mode === "none"),
    ...blocks(block, "networks_advanced").map(({ name }) => `networks_advanced.name is ${show(name)}`),
  ],
});
