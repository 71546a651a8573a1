import { definePolicy } from "../policy.ts";
import { isTrue, must } from "../values.ts";

/**
 * Without it a destroy removes the tag from the host, also for whoever else uses it.
 */
export const imagesAreKept = definePolicy({
  id: "IMG-011",
  severity: "medium",
  title: "an image is kept when its resource goes",
  allowed: "keep_locally true",
  fix: "set keepLocally to true",
  source: "docs/architecture.md, provider rule 11",
  dialect: "source",
  looksAt: ["docker_image"],
  check: ({ block }) => must(block, "keep_locally", isTrue),
});
