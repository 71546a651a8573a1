import { privilegesAreNotGained } from "../../../policies/host/privileges-are-not-gained.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(privilegesAreNotGained, "DMN-003", {
  rejects: [
    { name: "the default", given: daemonJson({}), evidence: ["no-new-privileges is not set"] },
    {
      name: "off",
      given: daemonJson({ "no-new-privileges": false }),
      evidence: ["no-new-privileges is false"],
    },
    ...UNREADABLE,
  ],
  accepts: [{ name: "on", given: daemonJson({ "no-new-privileges": true }) }],
});
