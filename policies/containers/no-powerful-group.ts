import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown, show, texts } from "../values.ts";

const POWERFUL = /^(0|root|docker|podman|sudo|wheel|adm|disk|shadow|kmem|lxd)$/i;

export const noPowerfulGroup = definePolicy({
  id: "CTR-038",
  severity: "medium",
  title: "no container joins the group of root or of the engine",
  why: "Files that belong to root's group, and the sockets of the engine, are open to their group.",
  avoid: "group_add: [docker]",
  prefer: 'group_add: ["2000"]',
  allowed: "groups other than root, docker, sudo, wheel, adm, disk, shadow, kmem",
  fix: "remove the group; give the files to the user of the container",
  source: "CIS Docker Benchmark 1.6.0, 5.32",
  looksAt: RUNS,
  where: (resource) => groupsOf(resource).length > 0,
  check: (resource) =>
    groupsOf(resource).flatMap((group): readonly Evidence[] => {
      if (!isKnown(group)) return [unknown(`an added group is ${show(group)}, known only at apply`)];
      return POWERFUL.test(group) ? [`the added group is ${show(group)}`] : [];
    }),
});

const groupsOf = (resource: Resource): readonly string[] =>
  texts(containerSpec(resource), resource.type === "docker_service" ? "groups" : "group_add");
