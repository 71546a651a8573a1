import { definePolicy } from "../../policies/policy.ts";
import { must } from "../../policies/values.ts";

export const hostNamesNameThePlant = definePolicy({
  id: "PLANT-001",
  severity: "medium",
  title: "a container's host name begins with the plant",
  why: "Logs of all plants go to one place: the host name tells whose they are.",
  avoid: "hostname: web",
  prefer: "hostname: plant-web",
  allowed: "hostname beginning with plant-",
  fix: "set hostname",
  source: "the plant's logging guide",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "hostname", (value) => String(value).startsWith("plant-")),
});
