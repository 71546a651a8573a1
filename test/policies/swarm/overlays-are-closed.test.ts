import { overlaysAreClosed } from "../../../policies/swarm/overlays-are-closed.ts";
import { judges } from "../judging.ts";

judges(overlaysAreClosed, "SWM-002", {
  rejects: [
    {
      name: "an overlay that anybody may join",
      given: { driver: "overlay", attachable: true },
      evidence: ["attachable is true"],
    },
    {
      name: "what is known only at apply",
      given: { driver: "overlay", attachable: "${var.open}" },
      evidence: ['attachable is "${var.open}", known only at apply'],
    },
  ],
  accepts: [
    { name: "an overlay for services", given: { driver: "overlay" } },
    { name: "a bridge", given: { driver: "bridge", attachable: true }, examined: 0 },
  ],
});
