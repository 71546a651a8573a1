import type { ParsedDeployment } from "../services/deployment.ts";
import type { ListenerName } from "../services/registry.ts";

/** A port on the host: open or not, and its address if that is not the deployment's own. */
export interface Listener {
  readonly enabled: boolean;
  readonly port: number;
  readonly bind?: string | undefined;
  readonly connectionsPerSource?: number | undefined;
}

/** The ports of the listeners on the host, unless a deployment says otherwise. */
const LISTENER_PORT: Readonly<Record<ListenerName, number>> = {
  frontend: 3000,
  backend: 8000,
  mqtt: 1883,
  https: 443,
  mqtts: 8883,
};

const OPEN_UNASKED: Readonly<Record<ParsedDeployment["environment"], readonly ListenerName[]>> = {
  local: ["frontend", "backend", "mqtt"],
  production: ["https", "mqtts"],
};

type Listening = Pick<ParsedDeployment, "environment" | "listeners">;

/**
 * Every listener, open or not. Those in clear text open by themselves on a developer's machine only, those with TLS
 * in production only; naming a listener opens it.
 */
export function completeListeners({ environment, listeners }: Listening): Record<ListenerName, Listener> {
  const complete = (name: ListenerName): Listener =>
    listeners[name] ?? { enabled: OPEN_UNASKED[environment].includes(name), port: LISTENER_PORT[name] };
  return {
    frontend: complete("frontend"),
    backend: complete("backend"),
    mqtt: complete("mqtt"),
    https: complete("https"),
    mqtts: complete("mqtts"),
  };
}

/** The listeners that are open, in the order of `LISTENER_PORT`. */
export function openListeners(deployment: Listening): readonly (readonly [ListenerName, Listener])[] {
  return Object.entries(completeListeners(deployment))
    .filter(([, { enabled }]) => enabled)
    .map(([name, listener]) => [name as ListenerName, listener]);
}

/** Whether any listener serves TLS, so that a certificate is needed. */
export const servesTls = (deployment: Listening): boolean =>
  openListeners(deployment).some(([name]) => name === "https" || name === "mqtts");

/** Whether the broker serves TLS. */
export const servesMqtts = (deployment: Listening): boolean =>
  openListeners(deployment).some(([name]) => name === "mqtts");

/** Whether MQTT clients prove with certificates who they are, so that a CA for devices is needed. */
export const servesDevices = (deployment: Listening & Pick<ParsedDeployment, "tls">): boolean =>
  deployment.tls.mqttClients === "certificates" && servesMqtts(deployment);
