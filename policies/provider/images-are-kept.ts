import { definePolicy } from "../policy.ts";
import { isTrue, isUnsetOrFalse, must } from "../values.ts";

export const imagesAreKept = definePolicy({
  id: "PRV-022",
  formerly: ["IMG-011"],
  severity: "medium",
  title: "an image is kept when its resource goes",
  why: "Otherwise a destroy removes the tag from the host, with force also from under the containers that use it.",
  avoid: `{"resource": {"docker_image": {"web": {
  "name": "nginx:1.27", "force_remove": true
}}}}`,
  prefer: `{"resource": {"docker_image": {"web": {
  "name": "nginx:1.27", "keep_locally": true
}}}}`,
  allowed: "keep_locally true, force_remove unset or false",
  fix: "set keepLocally to true and remove forceRemove",
  source: "docs/architecture.md, provider rule 11",
  dialect: "source",
  looksAt: ["docker_image"],
  check: ({ block }) => [
    ...must(block, "keep_locally", isTrue),
    ...must(block, "force_remove", isUnsetOrFalse),
  ],
});
