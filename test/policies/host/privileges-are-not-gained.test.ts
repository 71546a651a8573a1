import { privilegesAreNotGained } from "../../../policies/host/privileges-are-not-gained.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(privilegesAreNotGained, "DMN-003", {
  rejects: [
    { name: "the default", given: config({}), evidence: ["no-new-privileges is not set"] },
    { name: "off", given: config({ "no-new-privileges": false }), evidence: ["no-new-privileges is false"] },
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
  accepts: [{ name: "on", given: config({ "no-new-privileges": true }) }],
});
