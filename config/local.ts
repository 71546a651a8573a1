import type { DeploymentInput } from "./schema.ts";

/** The stack on this machine, reachable from this machine only. */
export const local: DeploymentInput = {
  name: "local",
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+", "status/#", "alarm/+"] },
    ],
  },
};
