import { cpuIsLimited } from "../../../policies/containers/cpu-is-limited.ts";
import { judges } from "../judging.ts";

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
  ],
  accepts: [
    { name: "a part of a CPU", given: { cpus: "0.25" } },
    { name: "two", given: { cpus: "2.0" } },
  ],
});
