import { LISTENER_PORT } from "../site/listener-ports.ts";
import type { ListenerName, ParsedDeployment } from "./schema.ts";

/** A port on the host: wanted or not, and its address if that is not the deployment's own. */
export interface Listener {
  readonly enabled: boolean;
  readonly port: number;
  readonly bind?: string | undefined;
  readonly connectionsPerSource?: number | undefined;
}

/** One port that is open on the host. */
export interface OpenListener {
  readonly listener: ListenerName;
  readonly address: string;
  readonly port: number;
  readonly protocol: "tcp";
  readonly tls: boolean;
}

const OVER_TLS: readonly ListenerName[] = ["https", "mqtts"];

const OPEN_UNASKED: Readonly<Record<ParsedDeployment["environment"], readonly ListenerName[]>> = {
  local: ["frontend", "backend", "mqtt"],
  production: ["https", "mqtts"],
};

/** The parts of a deployment that decide which listeners are open. */
export const LISTENING = ["environment", "bind", "listeners", "frontend", "backend", "mosquitto"] as const;

interface Switch {
  readonly enabled: boolean;
}

/** A deployment, as far as its listeners go; it fits before and after its defaults are filled in. */
export interface Listening extends Pick<ParsedDeployment, "environment" | "bind" | "listeners"> {
  readonly frontend: Switch;
  readonly mosquitto: Switch;
  readonly backend: Switch & { readonly roles?: readonly { readonly publish: boolean }[] | undefined };
}

/**
 * What is said about every listener, or would be. Those in clear text open by themselves on a developer's machine only,
 * those with TLS in production only; naming a listener opens it. Whether it is open depends on its services too.
 */
export function completeListeners({
  environment,
  listeners,
}: Pick<Listening, "environment" | "listeners">): Record<ListenerName, Listener> {
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

const ADDRESS: Readonly<Record<string, string>> = { loopback: "127.0.0.1", lan: "0.0.0.0" };

/**
 * The ports that a deployment opens, in the order of `LISTENER_PORT`: the listeners that are wanted and that a service
 * is behind. Computed here and nowhere else: published ports, certificates and firewall rules all come from this list,
 * so they cannot disagree.
 */
export function openListeners(deployment: Listening): readonly OpenListener[] {
  const { bind, frontend, mosquitto } = deployment;
  const backend = isBackendPublished(deployment);
  const served: Record<ListenerName, boolean> = {
    frontend: frontend.enabled,
    backend,
    mqtt: mosquitto.enabled,
    https: frontend.enabled || backend,
    mqtts: mosquitto.enabled,
  };
  return Object.entries(completeListeners(deployment)).flatMap(([name, { enabled, port, bind: own }]) => {
    const listener = name as ListenerName;
    if (!enabled || !served[listener]) return [];
    return [
      {
        listener,
        address: ADDRESS[own ?? bind] ?? own ?? bind,
        port,
        protocol: "tcp",
        tls: OVER_TLS.includes(listener),
      },
    ];
  });
}

/** Whether at least one of these listeners is open. */
export const isOpen = (deployment: Listening, ...names: readonly ListenerName[]): boolean =>
  openListeners(deployment).some(({ listener }) => names.includes(listener));

/** Whether listeners lead to the backend: it is on, and one of its roles is published. The role of none named is. */
export const isBackendPublished = ({ backend }: Pick<Listening, "backend">): boolean =>
  backend.enabled && (backend.roles?.some(({ publish }) => publish) ?? true);

/** Whether any listener serves TLS, so that a certificate is needed. */
export const servesTls = (deployment: Listening): boolean => openListeners(deployment).some(({ tls }) => tls);

/** Whether MQTT clients prove with certificates who they are, so that a CA for devices is needed. */
export const servesDevices = (deployment: Listening & Pick<ParsedDeployment, "tls">): boolean =>
  deployment.tls.mqttClients === "certificates" && isOpen(deployment, "mqtts");
