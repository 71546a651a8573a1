import { imageText, namesForeignImage } from "../facts/image-names.ts";
import { parseImageName } from "../facts/parse-image-name.ts";
import { definePolicy } from "../policy.ts";
import { isKnown, show } from "../values.ts";

export const movedTagsArePulled = definePolicy({
  id: "IMG-007",
  severity: "low",
  title: "an image that is named by a tag is pulled again when the tag moves",
  why: "The provider pulls a name once: without a trigger a security release under the same tag never arrives.",
  avoid: `{"resource": {"docker_image": {"web": {
  "name": "nginx:1.27"
}}}}`,
  prefer: `{"resource": {"docker_image": {"web": {
  "name": "nginx:1.27@sha256:0f04e4f646a3f14bf31d8bc8d885b6c951fdcf42589d06845f64d18aec6a3c4d"
}}}}`,
  allowed: "a digest in the name, or pull_triggers with the sha256_digest of a docker_registry_image",
  fix: "pin the image by digest, or set pull_triggers",
  words: { site: { allowed: "a digest in the name", fix: "pin the image by digest" } },
  source: "kreuzwerker/docker 4.5, docker_image",
  dialect: "terraform",
  looksAt: ["docker_image"],
  where: namesForeignImage,
  enforcedIn: ["production"],
  check: (resource) => {
    const name = imageText(resource);
    if (!isKnown(name)) return [`name is ${show(name)}, known only at apply`];
    if (parseImageName(String(name)).digest !== undefined) return [];
    const triggers = resource.block.pull_triggers ?? undefined;
    return Array.isArray(triggers) && triggers.length > 0
      ? []
      : [`name is ${show(name)}, and pull_triggers is ${show(triggers)}`];
  },
});
