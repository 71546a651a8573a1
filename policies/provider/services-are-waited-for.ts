import { reworded } from "../evidence.ts";
import { isService } from "../facts/containers.ts";
import { seconds } from "../facts/durations.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, type Block, blocks, isTrue, must } from "../values.ts";

export const servicesAreWaitedFor = definePolicy({
  id: "PRV-019",
  formerly: ["CTR-035"],
  severity: "medium",
  title: "apply waits until a service is healthy, and no longer than it can take",
  why: "`wait` does not fail early: a container that exits or loops is only given up after `wait_timeout`, so that is also the time to an error message.",
  avoid: `{"resource": {"docker_container": {"web": {
  "wait": false,
  "healthcheck": {"test": ["CMD", "/health"], "interval": "5s", "timeout": "3s", "retries": 3, "start_period": "10s"}
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "wait": true, "wait_timeout": 47,
  "healthcheck": {"test": ["CMD", "/health"], "interval": "5s", "timeout": "3s", "retries": 3, "start_period": "10s"}
}}}}`,
  allowed: "wait true; wait_timeout at most start_period + (interval + timeout) x (retries + 1) + 5 s",
  fix: "set wait to true and wait_timeout to waitTimeoutSeconds() of the healthcheck",
  source: "docs/architecture.md, provider rule 5",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: isService,
  check: ({ block }) => {
    const bound = longestStart(blocks(block, "healthcheck")[0] ?? {});
    return [
      ...must(block, "wait", isTrue),
      ...must(block, "wait_timeout", (value) => asNumber(value) > 0 && asNumber(value) <= bound).map(
        (evidence) =>
          reworded(evidence, (text) =>
            Number.isNaN(bound)
              ? `${text}, and the healthcheck does not say how long it may take`
              : `${text}, the healthcheck may take ${bound} s`,
          ),
      ),
    ];
  },
});

/** Seconds until a container that will never be healthy has failed its last probe; NaN if that is not said. */
function longestStart({ start_period = "0s", interval, timeout, retries }: Block): number {
  return seconds(start_period) + (seconds(interval) + seconds(timeout)) * (asNumber(retries) + 1) + 5;
}
