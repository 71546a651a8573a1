import { imagesAreNamedByContent } from "../../../policies/provider/images-are-named-by-content.ts";
import { judges } from "../judging.ts";

const IMAGES = { docker_image: { Redis: { name: "redis:7" } } };

judges(imagesAreNamedByContent, "PRV-021", {
  rejects: [
    { name: "a tag", given: { image: "redis:7" }, evidence: ['image is "redis:7"'] },
    { name: "none", given: {}, evidence: ["image is not set"] },
    {
      name: "half a digest",
      given: { image: "redis@sha256:abc" },
      evidence: ['image is "redis@sha256:abc"'],
    },
    {
      name: "the name of a docker_image",
      given: { image: "${docker_image.Redis.name}" },
      around: IMAGES,
      evidence: ['image is "${docker_image.Redis.name}", known only at apply'],
    },
    {
      name: "a reference to nothing",
      given: { image: "${docker_image.None.image_id}" },
      around: IMAGES,
      evidence: ['image is "${docker_image.None.image_id}", known only at apply'],
    },
    {
      name: "an image_id of something else",
      given: { image: "${docker_volume.Redis.image_id}" },
      around: { docker_volume: { Redis: {} } },
      evidence: ['image is "${docker_volume.Redis.image_id}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "the id of an image of the stack",
      given: { image: "${docker_image.Redis.image_id}" },
      around: IMAGES,
    },
    { name: "a digest", given: { image: `redis:7@sha256:${"d".repeat(64)}` } },
    { name: "an id", given: { image: `sha256:${"d".repeat(64)}` } },
  ],
});
