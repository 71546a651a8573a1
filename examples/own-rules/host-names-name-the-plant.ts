import { definePolicy } from "../../policies/policy.ts";
import { must } from "../../policies/values.ts";

/** Logs of all plants go to one place: the host name tells whose they are. */
export const hostNamesNameThePlant = definePolicy({
  id: "PLANT-001",
  severity: "medium",
  title: "a container's host name begins with the plant",
  allowed: "hostname beginning with plant-",
  fix: "set hostname",
  source: "the plant's logging guide",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "hostname", (value) => String(value).startsWith("plant-")),
});
