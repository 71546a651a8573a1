import { runs } from "../facts/deliveries.ts";
import { variableOf } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const privilegesAreDropped = definePolicy({
  id: "RDS-009",
  severity: "medium",
  title: "the image of Redis drops root",
  why: "With it the image's entrypoint leaves the server running as root.",
  avoid: `image: redis:7.4
environment: {SKIP_DROP_PRIVS: "1"}`,
  prefer: `image: redis:7.4
user: "999:1000"`,
  allowed: "no SKIP_DROP_PRIVS",
  fix: "remove the variable; set user to the uid that owns the volume",
  source: "redis image, docker-entrypoint.sh (8.0.2 and later)",
  looksAt: RUNS,
  where: runs("redis"),
  check: (container) =>
    variableOf(container, "SKIP_DROP_PRIVS") === undefined ? [] : ["SKIP_DROP_PRIVS is set"],
});
