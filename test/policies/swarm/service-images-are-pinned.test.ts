import { serviceImagesArePinned } from "../../../policies/swarm/service-images-are-pinned.ts";
import { DIGEST } from "../images/images.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const IMAGES = { docker_image: { Tag: { name: "redis:7" }, Pinned: { name: `redis@${DIGEST}` } } };

judges(serviceImagesArePinned, "SWM-011", {
  rejects: [
    {
      name: "a tag",
      given: withSpec({ image: "redis:7" }),
      evidence: ['image is "redis:7", without a digest'],
    },
    {
      name: "a tag of an image of the stack",
      given: withSpec({ image: "${docker_image.Tag.name}" }),
      around: IMAGES,
      evidence: ['image is "redis:7", without a digest'],
    },
    { name: "no image", given: {}, evidence: ["image is not set"] },
    {
      name: "what is known only at apply",
      given: withSpec({ image: "${var.image}" }),
      evidence: ['image is "${var.image}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a digest", given: withSpec({ image: `redis:7@${DIGEST}` }) },
    {
      name: "the digest of an image of the stack",
      given: withSpec({ image: "${docker_image.Tag.repo_digest}" }),
      around: IMAGES,
    },
    {
      name: "a pinned image of the stack",
      given: withSpec({ image: "${docker_image.Pinned.name}" }),
      around: IMAGES,
    },
  ],
});
