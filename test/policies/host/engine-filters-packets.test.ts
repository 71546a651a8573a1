import { engineFiltersPackets } from "../../../policies/host/engine-filters-packets.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(engineFiltersPackets, "DMN-007", {
  rejects: [
    {
      name: "both off",
      given: daemonJson({ iptables: false, ip6tables: false }),
      evidence: ["iptables is false", "ip6tables is false"],
    },
    ...UNREADABLE,
  ],
  accepts: [
    { name: "the default", given: daemonJson({}) },
    { name: "on", given: daemonJson({ iptables: true, ip6tables: true }) },
  ],
});
