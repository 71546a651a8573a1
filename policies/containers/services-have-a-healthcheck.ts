import { isService } from "../facts/containers.ts";
import { seconds } from "../facts/durations.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, must } from "../values.ts";

/**
 * A container that crashes at once counts as created, and a crash loop under a restart policy shows in no plan.
 */
export const servicesHaveAHealthcheck = definePolicy({
  id: "CTR-016",
  severity: "medium",
  title: "every service has a healthcheck that runs",
  allowed: "one healthcheck with a test other than NONE, and interval, timeout and retries greater than 0",
  fix: "add a healthcheck that uses the service as its clients do",
  words: {
    site: { fix: "give the service a probe" },
    compose: {
      allowed:
        "a healthcheck with a test other than NONE; interval, timeout and retries unset or greater than 0",
      fix: "add healthcheck.test with a command that uses the service as its clients do",
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 4.6 and 5.27; docs/architecture.md, provider rule 5",
  looksAt: RUNS,
  where: isService,
  check: (resource) => {
    const [healthcheck, ...more] = blocks(containerSpec(resource), "healthcheck");
    if (healthcheck === undefined) return ["healthcheck is not set"];
    if (more.length > 0) return [`healthcheck is there ${more.length + 1} times`];
    return [
      ...must(healthcheck, "test", runsSomething, "healthcheck.test"),
      ...must(healthcheck, "interval", (value) => seconds(value) > 0, "healthcheck.interval"),
      ...must(healthcheck, "timeout", (value) => seconds(value) > 0, "healthcheck.timeout"),
      ...must(healthcheck, "retries", (value) => asNumber(value) > 0, "healthcheck.retries"),
    ];
  },
});

/** Docker runs `CMD program …` or `CMD-SHELL line`; NONE switches the image's own check off. */
const runsSomething = (test: unknown) =>
  Array.isArray(test) && ["CMD", "CMD-SHELL"].includes(test[0]) && test.length > 1;
