import { defaultBridgeHasNoIcc } from "../../../policies/host/default-bridge-has-no-icc.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(defaultBridgeHasNoIcc, "DMN-001", {
  rejects: [
    { name: "the default", given: daemonJson({}), evidence: ["icc is not set"] },
    { name: "on", given: daemonJson({ icc: true }), evidence: ["icc is true"] },
    ...UNREADABLE,
  ],
  accepts: [{ name: "off", given: daemonJson({ icc: false }) }],
});
