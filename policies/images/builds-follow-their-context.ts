import { definePolicy } from "../policy.ts";
import { blocks, isBlock, must } from "../values.ts";

export const buildsFollowTheirContext = definePolicy({
  id: "IMG-010",
  severity: "low",
  title: "a change of what an image is built from shows in the plan",
  why: "The provider looks at the arguments of a build, not at its files: without triggers a changed program is not built.",
  avoid: `{"resource": {"docker_image": {"web": {
  "name": "web", "build": {"context": "."}
}}}}`,
  prefer: `{"resource": {"docker_image": {"web": {
  "name": "web", "build": {"context": "."}, "triggers": {"context": "5f1c0a9be27d"}
}}}}`,
  allowed: "triggers with a hash of the context",
  fix: "set triggers to a hash of the files of the context",
  source: "kreuzwerker/docker 4.5, docker_image",
  dialect: "terraform",
  looksAt: ["docker_image"],
  where: ({ block }) => blocks(block, "build").length > 0,
  check: ({ block }) =>
    isBlock(block.triggers) && Object.keys(block.triggers).length > 0
      ? []
      : must(block, "triggers", () => false),
});
