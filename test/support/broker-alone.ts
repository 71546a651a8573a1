import type { DeploymentInput } from "../../config/schema.ts";

const off = { enabled: false };

/** For one or two services, whose probes are no load. As by default, a failure may last 10 s before it counts. */
export const OFTEN = { intervalSeconds: 0.5, retries: 20 } as const;

/** For a service that is to be found unhealthy. */
export const SOON_UNHEALTHY = { startPeriodSeconds: 5, intervalSeconds: 0.5, retries: 5 } as const;

/** Settings of a deployment that is a broker and nothing else: enough where the services do not matter, and quickly up. */
export const BROKER_ALONE = {
  backend: off,
  frontend: off,
  postgres: off,
  redis: off,
  health: OFTEN,
} satisfies Partial<DeploymentInput>;
