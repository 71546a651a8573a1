import { servicesHaveAHealthcheck } from "../../../policies/containers/services-have-a-healthcheck.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const healthy = { test: ["CMD", "redis-cli", "ping"], interval: "2s", timeout: "3s", retries: 5 };

judges(servicesHaveAHealthcheck, "CTR-016", {
  rejects: [
    { name: "none", given: {}, evidence: ["healthcheck is not set"] },
    {
      name: "a switched off one",
      given: { healthcheck: { ...healthy, test: ["NONE"] } },
      evidence: ['healthcheck.test is ["NONE"]'],
    },
    {
      name: "a command without a program",
      given: { healthcheck: { ...healthy, test: ["CMD"] } },
      evidence: ['healthcheck.test is ["CMD"]'],
    },
    {
      name: "a program in the place of CMD",
      given: { healthcheck: { ...healthy, test: ["redis-cli", "ping"] } },
      evidence: ['healthcheck.test is ["redis-cli","ping"]'],
    },
    {
      name: "timing that never fails",
      given: { healthcheck: { ...healthy, interval: "0s", timeout: "0s", retries: 0 } },
      evidence: ['healthcheck.interval is "0s"', 'healthcheck.timeout is "0s"', "healthcheck.retries is 0"],
    },
    {
      name: "timing left to the engine",
      given: { healthcheck: { test: healthy.test } },
      evidence: [
        "healthcheck.interval is not set",
        "healthcheck.timeout is not set",
        "healthcheck.retries is not set",
      ],
    },
    { name: "two", given: { healthcheck: [healthy, healthy] }, evidence: ["healthcheck is there 2 times"] },
    {
      name: "a service of a swarm without one",
      type: "docker_service",
      given: withSpec({}),
      evidence: ["healthcheck is not set"],
    },
  ],
  accepts: [
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: withSpec({ healthcheck: { test: ["CMD", "true"], interval: "1m", timeout: "3s", retries: 3 } }),
    },
    { name: "a healthcheck", given: { healthcheck: healthy } },
    {
      name: "a shell line, in a list of one",
      given: { healthcheck: [{ ...healthy, test: ["CMD-SHELL", "redis-cli ping"] }] },
    },
    { name: "a job without one", given: { must_run: false }, examined: 0 },
  ],
});
