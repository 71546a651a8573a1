import { LABEL } from "../../core/labels.ts";
import { mustLabel } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";

/**
 * Neither 4.5 nor an earlier provider can set a pids limit. `ulimit nproc` counts per user of the host and so is no
 * substitute where services share one.
 */
export const processCountIsStated = definePolicy({
  id: "CTR-013",
  severity: "medium",
  title: "the number of processes is stated where the provider has no attribute for it",
  allowed:
    "a label exploreiot.pids-limit with a whole number greater than 0; the compose engine applies it, Terraform cannot",
  fix: "set limits.pids of the service in the configuration",
  source: "docs/architecture.md, provider rule 18",
  looksAt: ["docker_container"],
  // Compose has an attribute of its own for it.
  where: ({ block }) => (block.pids_limit ?? undefined) === undefined,
  check: ({ block }) => mustLabel(block, LABEL.pidsLimit, (value) => /^[1-9]\d*$/.test(String(value))),
});
