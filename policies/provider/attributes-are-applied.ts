import { definePolicy } from "../policy.ts";
import { blocks, isUnset, must } from "../values.ts";

const NOT_APPLIED: Readonly<Record<string, readonly string[]>> = {
  docker_container: ["cpu_period", "cpu_quota", "platform"],
  docker_network: ["check_duplicate"],
};

export const attributesAreApplied = definePolicy({
  id: "PRV-001",
  severity: "medium",
  title: "only attributes are set that the provider applies",
  why: "A changed CPU quota is reported as done and the engine keeps the old one; `platform` replaces the container in each plan; `volume_options` needs Engine 26; `check_duplicate` no longer exists.",
  avoid: `{"resource": {"docker_container": {"web": {
  "cpu_period": 100000, "cpu_quota": 50000
}}}}`,
  prefer: `{"resource": {"docker_container": {"web": {
  "cpus": "0.5"
}}}}`,
  allowed:
    "cpus instead of cpu_period and cpu_quota; no platform, no mounts.volume_options, no check_duplicate",
  fix: "remove the attribute",
  source: "docs/architecture.md, provider rule 1",
  dialect: "terraform",
  looksAt: ["docker_container", "docker_network"],
  check: ({ type, block }) => [
    ...(NOT_APPLIED[type] ?? []).flatMap((name) => must(block, name, isUnset)),
    ...blocks(block, "mounts").flatMap((mount) =>
      must(mount, "volume_options", isUnset, "mounts.volume_options"),
    ),
  ],
});
