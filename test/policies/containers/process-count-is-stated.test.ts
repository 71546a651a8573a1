import { processCountIsStated } from "../../../policies/containers/process-count-is-stated.ts";
import { judges } from "../judging.ts";

const limit = (value: string) => ({ labels: [{ label: "exploreiot.pids-limit", value }] });

judges(processCountIsStated, "CTR-013", {
  rejects: [
    {
      name: "no limit",
      given: { labels: [{ label: "exploreiot.role", value: "api" }] },
      evidence: ["label exploreiot.pids-limit is not set"],
    },
    { name: "0 and -1, which are none", given: { pids_limit: -1 }, evidence: ["pids_limit is -1"] },
    { name: "none that limits", given: limit("0"), evidence: ['label exploreiot.pids-limit is "0"'] },
    {
      name: "text that is no number",
      given: limit("unlimited"),
      evidence: ['label exploreiot.pids-limit is "unlimited"'],
    },
    {
      name: "what is known only at apply",
      given: limit("${var.pids}"),
      evidence: ['label exploreiot.pids-limit is "${var.pids}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a limit", given: limit("64") },
    { name: "an attribute", given: { pids_limit: 64 } },
    { name: "a container of others, to which the provider can give none", given: {} },
  ],
});
