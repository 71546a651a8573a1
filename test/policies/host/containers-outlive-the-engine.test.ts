import { containersOutliveTheEngine } from "../../../policies/host/containers-outlive-the-engine.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(containersOutliveTheEngine, "DMN-004", {
  rejects: [
    { name: "the default", given: daemonJson({}), evidence: ["live-restore is not set"] },
    { name: "off", given: daemonJson({ "live-restore": false }), evidence: ["live-restore is false"] },
    ...UNREADABLE,
  ],
  accepts: [
    { name: "on", given: daemonJson({ "live-restore": true }) },
    {
      name: "a swarm, where the engine refuses it",
      given: daemonJson({}),
      around: { docker_service: { Api: {} } },
      examined: 0,
    },
  ],
});
