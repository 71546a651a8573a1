import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

export const imagesAreNamedByContent = definePolicy({
  id: "PRV-021",
  formerly: ["IMG-004"],
  severity: "medium",
  title: "a container names its image by content",
  why: "A tag that moved changes nothing in the plan: the old image keeps running.",
  avoid: `{"resource": {"docker_container": {"web": {
  "image": "nginx:1.27"
}}}}`,
  prefer: `{"resource": {
  "docker_image": {"web": {"name": "nginx:1.27"}},
  "docker_container": {"web": {"image": "\${docker_image.web.image_id}"}}
}}`,
  allowed: "image_id of a docker_image of the stack, or a reference with @sha256:",
  fix: "take the image from context.images, or pin it by digest",
  source: "docs/architecture.md, provider rule 11",
  dialect: "terraform",
  looksAt: ["docker_container"],
  check: ({ block }, stack) => {
    const target = stack.follow(block.image);
    if (target?.resource.type === "docker_image" && target.attribute === "image_id") return [];
    return must(block, "image", (image) => /(^|@)sha256:[0-9a-f]{64}$/.test(String(image)));
  },
});
