import { LABEL } from "../../core/labels.ts";
import type { Resource } from "../document.ts";
import { reworded } from "../evidence.ts";
import { isJob, labelOf } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, isUnset, must, show } from "../values.ts";

export const containersMayFinish = definePolicy({
  id: "PRV-018",
  formerly: ["CTR-033"],
  severity: "high",
  title: "a container gets time to finish before it is killed",
  why: "Unset or 0, the provider sends SIGTERM and SIGKILL together, no matter what `stop_timeout` says: a database then starts with a recovery.",
  avoid: `{"resource": {"docker_container": {"web": {
  "stop_timeout": 30
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "stop_timeout": 30, "destroy_grace_seconds": 30
}}}}`,
  allowed:
    "destroy_grace_seconds of 10 or more for a service, 60 for PostgreSQL, 1 for a job; never below stop_timeout",
  fix: "set destroy_grace_seconds",
  words: { site: { fix: "set graceSeconds of the ServiceContainer" } },
  source: "docs/architecture.md, provider rule 12",
  dialect: "terraform",
  looksAt: ["docker_container"],
  check: (resource) => {
    const grace = resource.block.destroy_grace_seconds;
    const isInTime = (stopTimeout: unknown) =>
      isUnset(stopTimeout) || asNumber(stopTimeout) <= (grace === undefined ? Infinity : asNumber(grace));
    return [
      ...must(resource.block, "destroy_grace_seconds", (value) => asNumber(value) >= leastSeconds(resource)),
      ...must(resource.block, "stop_timeout", isInTime).map((evidence) =>
        reworded(evidence, (text) => `${text}, destroy_grace_seconds is ${show(grace)}`),
      ),
    ];
  },
});

/** They write to disk before they end. */
const DATA_STORES: ReadonlySet<string> = new Set(["postgres", "redis", "mosquitto"]);

function leastSeconds(resource: Resource): number {
  if (isJob(resource)) return 1;
  return DATA_STORES.has(String(labelOf(resource.block, LABEL.role))) ? 60 : 10;
}
