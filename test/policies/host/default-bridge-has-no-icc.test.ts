import { defaultBridgeHasNoIcc } from "../../../policies/host/default-bridge-has-no-icc.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(defaultBridgeHasNoIcc, "DMN-001", {
  rejects: [
    { name: "the default", given: config({}), evidence: ["icc is not set"] },
    { name: "on", given: config({ icc: true }), evidence: ["icc is true"] },
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
  accepts: [{ name: "off", given: config({ icc: false }) }],
});
