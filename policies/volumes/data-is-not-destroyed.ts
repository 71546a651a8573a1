import { environmentsOf, holdsData } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isTrue, must } from "../values.ts";

export const dataIsNotDestroyed = definePolicy({
  id: "VOL-002",
  severity: "high",
  title: "a volume with data is not destroyed by Terraform, except in local deployments",
  why: "A volume is replaced for small reasons; the answer has to be an error and never an empty database.",
  avoid: `{"resource": {
  "docker_volume": {"data": {"name": "data"}},
  "docker_container": {"db": {
    "image": "postgres:17",
    "volumes": [{"volume_name": "\${docker_volume.data.name}", "container_path": "/var/lib/postgresql/data"}]
  }}
}}`,
  prefer: `{"resource": {
  "docker_volume": {"data": {"name": "data", "lifecycle": {"prevent_destroy": true}}},
  "docker_container": {"db": {
    "image": "postgres:17",
    "volumes": [{"volume_name": "\${docker_volume.data.name}", "container_path": "/var/lib/postgresql/data"}]
  }}
}}`,
  allowed: "lifecycle.prevent_destroy true, or every container that mounts it labelled exploreiot.env local",
  fix: "set lifecycle.prevent_destroy; the kit's own stacks set it for every volume that a service writes to",
  source: "docs/architecture.md, provider rule 13",
  dialect: "source",
  looksAt: ["docker_volume"],
  where: holdsData,
  check: (volume, stack) => {
    const environments = environmentsOf(volume, stack);
    if (environments.length > 0 && environments.every((name) => name === "local")) return [];
    const [lifecycle = {}] = blocks(volume.block, "lifecycle");
    return must(lifecycle, "prevent_destroy", isTrue, "lifecycle.prevent_destroy");
  },
});
