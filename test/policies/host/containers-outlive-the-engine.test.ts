import { containersOutliveTheEngine } from "../../../policies/host/containers-outlive-the-engine.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(containersOutliveTheEngine, "DMN-004", {
  rejects: [
    { name: "the default", given: config({}), evidence: ["live-restore is not set"] },
    { name: "off", given: config({ "live-restore": false }), evidence: ["live-restore is false"] },
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
  accepts: [
    { name: "on", given: config({ "live-restore": true }) },
    {
      name: "a swarm, where the engine refuses it",
      given: config({}),
      beside: { docker_service: { Api: {} } },
      examined: 0,
    },
  ],
});
