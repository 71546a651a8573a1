import { probesCarryNoCredential } from "../../../policies/containers/probes-carry-no-credential.ts";
import type { Block } from "../../../policies/values.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const probe = (...test: unknown[]): Block => ({ healthcheck: { test } });

judges(probesCarryNoCredential, "CTR-017", {
  rejects: [
    {
      name: "the password of a broker",
      given: probe("CMD", "mosquitto_sub", "-u", "health", "-P", "hunter2", "-t", "x"),
      evidence: ["healthcheck.test gives a literal value to -P"],
    },
    {
      name: "the password of a database, in a shell line of a service",
      type: "docker_service",
      given: withSpec(probe("CMD-SHELL", "PGPASSWORD='hunter2' psql -c 'SELECT 1'")),
      evidence: ["healthcheck.test sets PGPASSWORD to a literal value"],
    },
    {
      name: "text instead of a list",
      given: { healthcheck: { test: "curl localhost" } },
      evidence: ['healthcheck.test is "curl localhost"'],
    },
    {
      name: "what is known only at apply",
      given: probe("CMD", "${var.probe}"),
      evidence: ["healthcheck.test is known only at apply"],
    },
  ],
  accepts: [
    { name: "no healthcheck", given: {}, examined: 0 },
    { name: "a healthcheck without a test", given: { healthcheck: { interval: "1s" } } },
    {
      name: "a probe without a login",
      given: probe("CMD", "mosquitto_sub", "-t", "$SYS/broker/uptime", "-C", "1"),
    },
  ],
});
