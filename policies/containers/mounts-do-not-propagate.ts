import { bindsOf, hasBinds } from "../facts/mounts.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isUnset, must, nested, show } from "../values.ts";

export const mountsDoNotPropagate = definePolicy({
  id: "CTR-027",
  severity: "medium",
  title: "mounts stay on their side",
  why: "With a shared mount the container mounts on the host; with a slave it sees what the host mounts later.",
  avoid: 'volumes: ["/srv/media:/media:ro,rshared"]',
  prefer: 'volumes: ["/srv/media:/media:ro"]',
  allowed: "propagation unset, private or rprivate",
  fix: "remove bind_options.propagation",
  source: "CIS Docker Benchmark 1.6.0, 5.20",
  looksAt: RUNS,
  where: hasBinds,
  check: (resource) =>
    bindsOf(resource).flatMap(({ block, source }) =>
      must(
        nested(block, "bind_options"),
        "propagation",
        (value) => isUnset(value) || ["", "private", "rprivate"].includes(String(value)),
        `propagation of the mount of ${show(source)}`,
      ),
    ),
});
