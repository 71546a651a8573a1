import { LABEL } from "../../core/labels.ts";
import { mustLabel } from "../facts/containers.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, must } from "../values.ts";

const NO_ATTRIBUTE = {
  notEnforceable:
    "the provider has no attribute for it: default-ulimits of daemon.json, or docker update --pids-limit",
};

export const processCountIsStated = definePolicy({
  id: "CTR-013",
  severity: "medium",
  title: "the number of processes is limited",
  why: "Neither 4.5 nor an earlier provider can set a pids limit. `ulimit nproc` counts per user of the host and so is no substitute where services share one. Compose takes -1 and 0 for no limit.",
  avoid: "pids_limit: -1",
  prefer: "pids_limit: 200",
  allowed: "a limit of 1 or more, where the engine can be told one",
  fix: "set a limit on the host: the provider has no attribute for it",
  words: {
    site: {
      allowed:
        "a label exploreiot.pids-limit with a whole number greater than 0; the compose runner applies it, Terraform cannot",
      fix: "set limits.pids of the service in the configuration",
    },
    compose: {
      allowed: "pids_limit or deploy.resources.limits.pids of 1 or more; -1 and 0 stand for no limit",
      fix: "set pids_limit, for example 200",
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.29; docs/architecture.md, provider rule 18",
  looksAt: ["docker_container"],
  check: ({ block }, stack) => {
    if (stack.dialect === "compose" || block.pids_limit !== undefined)
      return must(block, "pids_limit", isLimit);
    if (isOfTheKit(stack))
      return mustLabel(block, LABEL.pidsLimit, (value) => /^[1-9]\d*$/.test(String(value)));
    return [NO_ATTRIBUTE];
  },
});

const isLimit = (value: unknown) => Number.isInteger(asNumber(value)) && asNumber(value) >= 1;
