import { isDelivery } from "../facts/containers.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must } from "../values.ts";

export const rootIsReadOnly = definePolicy({
  id: "CTR-006",
  severity: "medium",
  title: "the root filesystem is read-only",
  why: "An intruder cannot leave a program behind where nothing can be written. A job that receives files is written to before it starts (PRV-017), and lasts for a moment.",
  avoid: "read_only: false",
  prefer: `read_only: true
tmpfs: ["/tmp:size=16m,noexec,nosuid,nodev"]`,
  allowed: "read_only true, except for a job without a network",
  fix: "set read_only; give what must be written a volume or a tmpfs",
  source: "CIS Docker Benchmark 1.6.0, 5.13",
  looksAt: RUNS,
  where: (resource) => !isDelivery(resource),
  check: (resource) => must(containerSpec(resource), "read_only", isTrue),
});
