import type { DeploymentInput } from "./schema.ts";

/**
 * The stack on a server. It listens on loopback only, behind whatever terminates TLS there;
 * writing over HTTP needs the API key.
 */
export const production: DeploymentInput = {
  name: "production",
  environment: "production",
  http: { rateLimitPerMinute: 300 },
  mosquitto: {
    limits: { memoryMiB: 256, cpus: 1 },
    users: [{ name: "sensor", publish: ["sensor/+"] }],
  },
  postgres: { limits: { memoryMiB: 1024, cpus: 2 } },
  redis: { limits: { memoryMiB: 256 } },
};
