import type { Resource, StackDocument } from "../document.ts";
import { unknown, weighing } from "../evidence.ts";
import { isDelivery } from "../facts/containers.ts";
import { containerSpec, kindOf, RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must } from "../values.ts";

/**
 * Root in a container is root for the kernel. A name is looked up in the image, so only a number says who it is.
 * A job that hands over files changes their owner, and the firewall needs its capability: both are root without
 * the rest of root's power (CTR-002, CTR-003).
 */
export const userIsNotRoot = definePolicy({
  id: "CTR-004",
  severity: "high",
  title: "a container runs as a numeric user that is not root",
  allowed: "user as uid or uid:gid in numbers, neither of them 0; root for a job without a network",
  fix: "set user to the uid:gid that the image is made for",
  source: "CIS Docker Benchmark 1.6.0, 4.1",
  looksAt: RUNS,
  where: (resource, stack) => !isDelivery(resource) && kindOf(resource, stack) !== "firewall",
  check: (resource, stack) => {
    const spec = containerSpec(resource);
    const { user } = spec;
    if ((user ?? undefined) === undefined && RUNS_AS_ANOTHER.test(repositoryOf(resource, stack) ?? ""))
      return [IN_THE_IMAGE];
    if ((user ?? undefined) === undefined && isBuilt(resource, stack))
      return [unknown("user is not set, and what the image says is known only at apply")];
    const found = must(spec, "user", (value) => /^[1-9]\d*(:[1-9]\d*)?$/.test(String(value)));
    return typeof user === "string" && IS_ANOTHER.test(user) ? weighing("low", found) : found;
  },
});

/** Whether its image is made from a recipe, which may name a user. */
function isBuilt(resource: Resource, stack: StackDocument): boolean {
  const image = stack.follow(containerSpec(resource).image)?.resource;
  return image?.type === "docker_image" && blocks(image.block, "build").length > 0;
}

/** A name that is not root's, and root's group alone: most likely not root, and said by no number. */
const IS_ANOTHER = /^(?!root\b)([a-z_][\w-]*(:[\w-]+)?|[1-9]\d*:(0|[a-z_][\w-]*))$/;

/** Images whose documentation says that they run as another user than root. */
const RUNS_AS_ANOTHER =
  /^(bitnami|bitnamilegacy|prom|prometheuscommunity|prometheus|mattermost|zabbix|emqx|chirpstack|chainguard)\/|^(nginxinc\/nginx-unprivileged|grafana\/(grafana|grafana-oss|loki|tempo|mimir)|nodered\/node-red|oliver006\/redis_exporter|collabora\/code|directus\/directus|outlinewiki\/outline|apache\/(airflow|kafka|superset|nifi)|confluentinc\/[\w-]+|n8nio\/n8n|keycloak\/keycloak|elasticsearch\/elasticsearch|kibana\/kibana|opensearchproject\/[\w-]+|jenkins\/jenkins|sonatype\/nexus3|library\/(solr|sonarqube|elasticsearch|kibana))$/;

const IN_THE_IMAGE = {
  notEnforceable:
    "user is not set, and the image is documented to run as another user than root: docker image inspect shows it",
};
