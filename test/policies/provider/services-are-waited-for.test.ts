import { servicesAreWaitedFor } from "../../../policies/provider/services-are-waited-for.ts";
import { judges } from "../judging.ts";

const healthcheck = { interval: "2s", timeout: "3s", retries: 5, start_period: "30s" };

judges(servicesAreWaitedFor, "PRV-019", {
  rejects: [
    {
      name: "a service that nobody waits for",
      given: { healthcheck, wait_timeout: 65 },
      evidence: ["wait is not set"],
    },
    {
      name: "the default timeout",
      given: { healthcheck, wait: true },
      evidence: ["wait_timeout is not set, the healthcheck may take 65 s"],
    },
    {
      name: "a longer timeout than the healthcheck needs",
      given: { healthcheck, wait: true, wait_timeout: 66 },
      evidence: ["wait_timeout is 66, the healthcheck may take 65 s"],
    },
    {
      name: "a timeout of 0",
      given: { healthcheck, wait: true, wait_timeout: 0 },
      evidence: ["wait_timeout is 0, the healthcheck may take 65 s"],
    },
    {
      name: "waiting without a healthcheck",
      given: { wait: true, wait_timeout: 60 },
      evidence: ["wait_timeout is 60, and the healthcheck does not say how long it may take"],
    },
    {
      name: "a healthcheck whose timing is known only at apply",
      given: { healthcheck: { ...healthcheck, interval: "${var.i}" }, wait: true, wait_timeout: 1 },
      evidence: ["wait_timeout is 1, and the healthcheck does not say how long it may take"],
    },
  ],
  accepts: [
    {
      name: "the longest time the healthcheck may take",
      given: { healthcheck, wait: true, wait_timeout: 65 },
    },
    {
      name: "a shorter time, without a start period",
      given: { healthcheck: { ...healthcheck, start_period: undefined }, wait: true, wait_timeout: 35 },
    },
    { name: "a job", given: { must_run: false }, examined: 0 },
  ],
});
