import { engineFiltersPackets } from "../../../policies/host/engine-filters-packets.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(engineFiltersPackets, "DMN-007", {
  rejects: [
    {
      name: "both off",
      given: config({ iptables: false, ip6tables: false }),
      evidence: ["iptables is false", "ip6tables is false"],
    },
    {
      name: "a file that is not JSON",
      given: { text: "[]" },
      evidence: ["cannot be judged: the file is not a JSON object"],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    { name: "the default", given: config({}) },
    { name: "on", given: config({ iptables: true, ip6tables: true }) },
  ],
});
