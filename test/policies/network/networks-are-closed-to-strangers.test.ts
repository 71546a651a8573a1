import { networksAreClosedToStrangers } from "../../../policies/network/networks-are-closed-to-strangers.ts";
import { judges } from "../judging.ts";

judges(networksAreClosedToStrangers, "NET-018", {
  rejects: [
    { name: "an attachable network", given: { attachable: true }, evidence: ["attachable is true"] },
    {
      name: "one known only at apply",
      given: { attachable: "${var.open}" },
      evidence: ['attachable is "${var.open}", known only at apply'],
    },
  ],
  accepts: [
    { name: "one that is not", given: { attachable: false } },
    { name: "the default", given: {} },
  ],
});
