import type { Deployment } from "../deployment.ts";
import { BACKEND_USER, HEALTH_USER } from "./definition.ts";

/** Users of the broker that are the kit's own. */
const SERVICES: readonly string[] = [BACKEND_USER, HEALTH_USER];

/**
 * Why a device may not have that name; undefined if it may. The name becomes the MQTT user: that of a service carries
 * the service's rights, and `/`, `+` and `#` would mean other devices' topics.
 */
export function nameProblem(name: string, { mosquitto }: Pick<Deployment, "mosquitto">): string | undefined {
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name))
    return "allowed: 1 to 64 letters, digits, dots, dashes and underscores, the first a letter or a digit";
  const folded = name.toLowerCase();
  if (SERVICES.includes(folded)) return `that is the name of a service (${SERVICES.join(", ")})`;
  if (mosquitto.users.some((user) => user.name.toLowerCase() === folded))
    return "that is the name of a user in mosquitto.users";
  return undefined;
}
