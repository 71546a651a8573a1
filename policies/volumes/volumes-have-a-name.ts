import { definePolicy } from "../policy.ts";
import { isFilledText, must } from "../values.ts";

export const volumesHaveAName = definePolicy({
  id: "VOL-006",
  severity: "low",
  title: "a volume has a name",
  why: "A name that the engine makes up is a new one after each replacement: the data stays behind under the old one.",
  avoid: `{"resource": {"docker_volume": {"data": {
  "driver": "local"
}}}}`,
  prefer: `{"resource": {"docker_volume": {"data": {
  "name": "data"
}}}}`,
  allowed: "name as text",
  fix: "set name",
  source: "kreuzwerker/docker 4.5, docker_volume",
  dialect: "terraform",
  looksAt: ["docker_volume"],
  check: ({ block }) => must(block, "name", isFilledText),
});
