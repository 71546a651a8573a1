import { cpuIsLimited } from "../../../policies/containers/cpu-is-limited.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

judges(cpuIsLimited, "CTR-011", {
  rejects: [
    { name: "no limit", given: {}, evidence: ["cpus is not set"] },
    { name: "a number, where the provider declares text", given: { cpus: 0.5 }, evidence: ["cpus is 0.5"] },
    { name: "none", given: { cpus: "0.0" }, evidence: ['cpus is "0.0"'] },
    { name: "text that is no number", given: { cpus: "half" }, evidence: ['cpus is "half"'] },
    {
      name: "shares, which limit nothing while others idle",
      given: { cpu_shares: 512 },
      evidence: ["cpus is not set"],
    },
    {
      name: "a service of a swarm without a limit",
      type: "docker_service",
      given: withTask({ resources: { limits: { nano_cpus: 0 } } }),
      evidence: ["resources.limits.nano_cpus is 0"],
    },
  ],
  accepts: [
    {
      name: "a service of a swarm with a limit",
      type: "docker_service",
      given: withTask({ resources: { limits: { nano_cpus: 500000000 } } }),
    },
    { name: "a part of a CPU", given: { cpus: "0.25" } },
    { name: "two", given: { cpus: "2.0" } },
  ],
});
