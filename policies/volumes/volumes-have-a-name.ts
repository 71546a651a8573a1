import { definePolicy } from "../policy.ts";
import { isFilledText, must } from "../values.ts";

/**
 * A name that the engine makes up is a new one after each replacement: the data stays behind under the old one.
 */
export const volumesHaveAName = definePolicy({
  id: "VOL-006",
  severity: "low",
  title: "a volume has a name",
  allowed: "name as text",
  fix: "set name",
  source: "kreuzwerker/docker 4.5, docker_volume",
  dialect: "terraform",
  looksAt: ["docker_volume"],
  check: ({ block }) => must(block, "name", isFilledText),
});
