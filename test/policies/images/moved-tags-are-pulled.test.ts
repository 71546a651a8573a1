import { movedTagsArePulled } from "../../../policies/images/moved-tags-are-pulled.ts";
import { judges } from "../judging.ts";
import { DIGEST, RECIPES } from "./images.ts";

judges(movedTagsArePulled, "IMG-007", {
  rejects: [
    {
      name: "a tag that is pulled once",
      given: { name: "redis:7.4" },
      evidence: ['name is "redis:7.4", and pull_triggers is not set'],
    },
    {
      name: "an empty list",
      given: { name: "redis:7.4", pull_triggers: [] },
      evidence: ['name is "redis:7.4", and pull_triggers is []'],
    },
    {
      name: "what is known only at apply",
      given: { name: "${var.image}" },
      evidence: ['name is "${var.image}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "a trigger",
      given: { name: "redis:7.4", pull_triggers: ["${data.docker_registry_image.r.sha256_digest}"] },
    },
    { name: "a digest", given: { name: `redis@${DIGEST}` } },
    {
      name: "an image that is made from a recipe",
      given: { name: "exploreiot/redis:abc" },
      around: RECIPES,
      examined: 0,
    },
    { name: "an image that is built", given: { name: "app", build: {} }, examined: 0 },
  ],
});
