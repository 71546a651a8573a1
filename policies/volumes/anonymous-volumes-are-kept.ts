import type { Resource } from "../document.ts";
import { type Mount, mountsOf } from "../facts/mounts.ts";
import { definePolicy } from "../policy.ts";
import { isFalse, must } from "../values.ts";

export const anonymousVolumesAreKept = definePolicy({
  id: "VOL-007",
  severity: "low",
  title: "a container that is replaced keeps its anonymous volumes",
  why: "The provider removes them with the container unless told otherwise, at each replacement, data and all.",
  avoid: `{"resource": {"docker_container": {"db": {
  "volumes": [{"container_path": "/var/lib/postgresql/data"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"db": {
  "volumes": [{"container_path": "/var/lib/postgresql/data"}], "remove_volumes": false
}}}}`,
  allowed: "remove_volumes false, or a name for every volume",
  fix: "name the volume, or set remove_volumes to false",
  source: "kreuzwerker/docker 4.5, docker_container",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: (resource: Resource) => mountsOf(resource).some(isAnonymous),
  check: ({ block }) => must(block, "remove_volumes", isFalse),
});

const isAnonymous = ({ type, source }: Mount) => type === "volume" && (source === undefined || source === "");
