import { capabilitiesAreSpelledInFull } from "../../../policies/provider/capabilities-are-spelled-in-full.ts";
import { judges } from "../judging.ts";

judges(capabilitiesAreSpelledInFull, "PRV-003", {
  rejects: [
    {
      name: "a short name",
      given: { capabilities: { add: ["NET_ADMIN", "CAP_CHOWN"] } },
      evidence: ['capabilities.add holds "NET_ADMIN"'],
    },
    {
      name: "lower case",
      given: { capabilities: { drop: ["all"] } },
      evidence: ['capabilities.drop holds "all"'],
    },
    {
      name: "one known only at apply",
      given: { capabilities: [{ add: ["${var.capability}"] }] },
      evidence: ['capabilities.add holds "${var.capability}"'],
    },
    {
      name: "a list known only at apply",
      given: { capabilities: { add: "${var.capabilities}" } },
      evidence: ['cannot be judged: add is "${var.capabilities}", which is not a list of texts'],
    },
    {
      name: "capabilities that are no block",
      given: { capabilities: "ALL" },
      evidence: ['cannot be judged: capabilities is "ALL", which is not a block'],
    },
  ],
  accepts: [
    {
      name: "names in full",
      given: { capabilities: { drop: ["ALL"], add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE"] } },
    },
    { name: "a container without the block", given: {}, examined: 0 },
  ],
});
