import { isService } from "../facts/containers.ts";
import { seconds } from "../facts/durations.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, must } from "../values.ts";

export const servicesHaveAHealthcheck = definePolicy({
  id: "CTR-016",
  severity: "medium",
  title: "every service has a healthcheck that runs",
  why: "A container that crashes at once counts as created, and a crash loop under a restart policy shows in no plan.",
  avoid: "healthcheck: {disable: true}",
  prefer: `healthcheck:
  test: [CMD, wget, -q, --spider, "http://127.0.0.1:8080/health"]
  interval: 30s
  timeout: 5s
  retries: 3`,
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
  check: (resource, stack) => {
    const [healthcheck, ...more] = blocks(containerSpec(resource), "healthcheck");
    if (healthcheck === undefined) return ["healthcheck is not set"];
    if (more.length > 0) return [`healthcheck is there ${more.length + 1} times`];
    // Compose leaves to the engine, and to the image, what a file does not say: 30s, 30s, 3, and the image's own test.
    const mayBeUnset = stack.dialect === "compose";
    if (mayBeUnset && healthcheck.test === undefined) return [IN_THE_IMAGE];
    const positive = (name: string, count: (value: unknown) => number) =>
      must(
        healthcheck,
        name,
        (value) => (mayBeUnset && value === undefined) || count(value) > 0,
        `healthcheck.${name}`,
      );
    return [
      ...must(healthcheck, "test", runsSomething, "healthcheck.test"),
      ...positive("interval", seconds),
      ...positive("timeout", seconds),
      ...positive("retries", asNumber),
    ];
  },
});

const IN_THE_IMAGE = {
  notEnforceable:
    "healthcheck.test is not set, so the image's own is used: docker image inspect shows whether there is one",
};

/** Docker runs `CMD program …` or `CMD-SHELL line`; NONE switches the image's own check off. */
const runsSomething = (test: unknown) =>
  Array.isArray(test) && ["CMD", "CMD-SHELL"].includes(test[0]) && test.length > 1;
