import type { Deployment } from "../deployment.ts";
import { isMade, servesTls } from "../listeners.ts";
import { redisLogins } from "../store-logins.ts";

/** A volume whose files are copied as they are. */
export interface SavedVolume {
  /** The service that writes to it. */
  readonly service: string;
  readonly name: string;

  /** Of the volume's name: `exploreiot-<deployment>-<part>`. */
  readonly part: string;
}

/**
 * The volumes that hold what cannot be made again: those that applications keep, the ACME account with what it was issued,
 * and Redis where a service of the user's own has keys there. The kit's own application keeps nothing in Redis
 * for longer than minutes.
 */
export function savedVolumes(deployment: Deployment): readonly SavedVolume[] {
  const applications = new Map(deployment.programs.map(({ of }) => [of.name, of.volumes]));
  const own = redisLogins(deployment).some(({ role }) => Object.hasOwn(deployment.services, role));
  return [
    ...[...applications].flatMap(([service, volumes]) =>
      volumes.map(({ name }) => ({ service, name, part: `${service}-${name}-data` })),
    ),
    ...(servesTls(deployment) && deployment.tls.certificate.source === "acme"
      ? [{ service: "renewer", name: "acme", part: "acme" }]
      : []),
    ...(own && isMade(deployment, "redis") ? [{ service: "redis", name: "data", part: "redis-data" }] : []),
  ];
}
