import type { DeploymentInput } from "./schema.ts";

/**
 * The stack on a server: page, API and socket on 443, the broker on 8883, both over TLS, and nothing else. Writing
 * over HTTP needs the API key. Copy it into a site file, and put your own name for `iot.example.org`.
 */
export const production: DeploymentInput = {
  name: "production",
  environment: "production",
  bind: "lan",
  hosts: ["iot.example.org"],
  listeners: { https: {}, mqtts: {} },
  http: { rateLimitPerMinute: 300 },
  mosquitto: {
    limits: { memoryMiB: 256, cpus: 1 },
    users: [{ name: "sensor", publish: ["sensor/+"] }],
  },
  postgres: { limits: { memoryMiB: 1024, cpus: 2 } },
  redis: { limits: { memoryMiB: 256 } },
};
