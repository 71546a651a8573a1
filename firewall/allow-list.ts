import { openListeners } from "../config/listeners.ts";
import type { Deployment } from "../config/parse.ts";
import type { ListenerName } from "../services/registry.ts";

/** One port that is open on the host, and the service behind it. */
export interface AllowedPort {
  readonly listener: ListenerName;
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp";
}

const ADDRESS: Readonly<Record<string, string>> = { loopback: "127.0.0.1", lan: "0.0.0.0" };

/**
 * The ports that a deployment opens: computed from its listeners and written nowhere else. Published ports
 * and firewall rules both come from this list, so they cannot disagree.
 */
export function allowList(deployment: Deployment): readonly AllowedPort[] {
  const { bind } = deployment;
  const backend = isBackendPublished(deployment);
  const served: Record<ListenerName, boolean> = {
    frontend: deployment.frontend.enabled,
    backend,
    mqtt: deployment.mosquitto.enabled,
    https: deployment.frontend.enabled || backend,
    mqtts: deployment.mosquitto.enabled,
  };
  return openListeners(deployment)
    .filter(([listener]) => served[listener])
    .map(([listener, { port, bind: own }]) => ({
      listener,
      address: ADDRESS[own ?? bind] ?? own ?? bind,
      port,
      protocol: "tcp",
    }));
}

/** Whether listeners lead to the backend: it is on, and one of its roles is published. */
export const isBackendPublished = ({ backend }: Deployment): boolean =>
  backend.enabled && backend.roles.some(({ publish }) => publish);
