import type { DeploymentInput } from "../../config/schema.ts";

const off = { enabled: false };

/** Settings of a deployment that is a broker and nothing else: enough where the services do not matter, and quickly up. */
export const BROKER_ALONE = {
  backend: off,
  frontend: off,
  postgres: off,
  redis: off,
} satisfies Partial<DeploymentInput>;
