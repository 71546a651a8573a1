import { unknown } from "../evidence.ts";
import { commandCredentials } from "../facts/command-credentials.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isKnown, must } from "../values.ts";

export const probesCarryNoCredential = definePolicy({
  id: "CTR-017",
  severity: "high",
  title: "no probe carries a credential",
  why: "A probe stands in `docker inspect`, in Terraform's state and, each interval, in the list of processes.",
  avoid: `healthcheck:
  test: [CMD, redis-cli, -a, "tr0ub4dor-9x", ping]`,
  prefer: `healthcheck:
  test: [CMD-SHELL, REDISCLI_AUTH=$$(cat /run/secrets/redis) redis-cli ping]`,
  allowed: "a healthcheck.test that reads a file or a variable, or a service that answers without a login",
  fix: "read the password from a file inside the probe, or let the service answer a probe without one",
  source: "docs/architecture.md, provider rule 14",
  looksAt: RUNS,
  where: (resource) => blocks(containerSpec(resource), "healthcheck").length > 0,
  check: (resource) =>
    blocks(containerSpec(resource), "healthcheck").flatMap((healthcheck) => {
      const test = healthcheck.test ?? [];
      if (!isKnown(test)) return [unknown("healthcheck.test is known only at apply")];
      if (!Array.isArray(test)) return must(healthcheck, "test", Array.isArray, "healthcheck.test");
      return commandCredentials(test.map(String)).map((found) => `healthcheck.test ${found}`);
    }),
});
