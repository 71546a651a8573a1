import { overlaysAreEncrypted } from "../../../policies/swarm/overlays-are-encrypted.ts";
import { judges } from "../judging.ts";

const overlay = (options?: unknown) => ({ driver: "overlay", options });

judges(overlaysAreEncrypted, "SWM-001", {
  rejects: [
    { name: "no options", given: overlay(), evidence: ["options.encrypted is not set"] },
    {
      name: "the opposite",
      given: overlay({ encrypted: "false" }),
      evidence: ['options.encrypted is "false"'],
    },
    {
      name: "what is known only at apply",
      given: overlay("${var.options}"),
      evidence: ['options are "${var.options}", known only at apply'],
    },
  ],
  accepts: [
    { name: "an encrypted overlay", given: overlay({ encrypted: "" }) },
    { name: "a bridge", given: { driver: "bridge" }, examined: 0 },
  ],
});
