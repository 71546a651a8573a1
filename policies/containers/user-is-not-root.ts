import { isDelivery } from "../facts/containers.ts";
import { containerSpec, kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

/**
 * Root in a container is root for the kernel. A name is looked up in the image, so only a number says who it is.
 * A job that hands over files changes their owner, and the firewall needs its capability: both are root without
 * the rest of root's power (CTR-002, CTR-003).
 */
export const userIsNotRoot = definePolicy({
  id: "CTR-004",
  severity: "high",
  title: "a container runs as a numeric user that is not root",
  allowed: "user as uid or uid:gid in numbers, neither of them 0; root for a job without a network",
  fix: "set user to the uid:gid that the image is made for",
  source: "CIS Docker Benchmark 1.6.0, 4.1",
  looksAt: RUNS,
  where: (resource, stack) => !isDelivery(resource) && kindOf(resource, stack) !== "firewall",
  check: (resource) =>
    must(containerSpec(resource), "user", (user) => /^[1-9]\d*(:[1-9]\d*)?$/.test(String(user))),
});
