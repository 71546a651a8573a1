import type { Listener } from "../site/listeners.ts";
import type { SiteSettings } from "../site/settings.ts";
import type { ServiceDefinition } from "./definition.ts";
import { outsideOf } from "./outside.ts";
import type { OwnService } from "./own/settings.ts";
import { definitions, type ListenerName, listeners, type ServiceName } from "./registry.ts";

/** Decides which listeners are open; a deployment fits before and after its defaults are filled in. */
export type Listening = Pick<SiteSettings, "environment"> & {
  readonly listeners: { readonly [Name in ListenerName]?: Listener | undefined };
  readonly services: Readonly<Record<string, OwnService>>;
} & { readonly [Name in ServiceName]: object };

/** A listener that is open. */
export interface OpenListener extends Listener {
  readonly name: string;

  /** Where a site file says it: `listeners.mqtt`, `services.node-red.listener`. */
  readonly at: string;

  readonly tls: boolean;
}

/**
 * Every listener of the kit's services, open or not: it is open if it is asked for and somebody is behind it. Those in
 * clear text are asked for on a developer's machine only unless a deployment names them, those with TLS in production only.
 */
export function completeListeners(deployment: Listening): Record<ListenerName, Listener> {
  const isRouted =
    Object.values(definitions).some(
      (definition) => definition.isBehindEdge && isServed(definition, deployment, false),
    ) || Object.values(deployment.services).some(isBehindEdge);
  return Object.fromEntries(
    listeners.map(({ name, port, openIn, service }) => {
      const asked = deployment.listeners[name] ?? { enabled: openIn === deployment.environment, port };
      const enabled = asked.enabled && isServed(definitions[service], deployment, isRouted);
      return [name, { ...asked, enabled }];
    }),
  ) as Record<ListenerName, Listener>;
}

function isServed(definition: ServiceDefinition, deployment: Listening, isRouted: boolean): boolean {
  return definition.isServed(deployment[definition.name as ServiceName], isRouted);
}

/** Whether the edge leads to a service of the user's own. */
export const isBehindEdge = ({ enabled, routes, listener }: OwnService): boolean =>
  enabled && (routes.length > 0 || listener?.tls === true);

/** The listeners that are open: of the kit's services, and of the user's own. */
export function openListeners(deployment: Listening): readonly OpenListener[] {
  const complete = completeListeners(deployment);
  return [
    ...listeners.map(({ name, tls }) => ({ ...complete[name], name, at: `listeners.${name}`, tls })),
    ...Object.entries(deployment.services).flatMap(([name, { enabled, listener }]) =>
      listener === undefined ? [] : [{ ...listener, enabled, name, at: `services.${name}.listener` }],
    ),
  ].filter(({ enabled }) => enabled);
}

/** Whether any listener serves TLS, so that a certificate is needed. */
export const servesTls = (deployment: Listening): boolean => openListeners(deployment).some(({ tls }) => tls);

/** Whether MQTT clients prove with certificates who they are, so that a CA for devices is needed. */
export const servesDevices = (deployment: Listening & Pick<SiteSettings, "tls">): boolean =>
  deployment.tls.mqttClients === "certificates" && completeListeners(deployment).mqtts.enabled;

/** Whether a service of the kit is a container of the deployment, and no server outside of it. */
export const isMade = (deployment: Listening, service: ServiceName): boolean =>
  isOn(deployment, service) && outsideOf(deployment, service) === undefined;

/** Whether a deployment has a service of the kit: it is enabled, or, where that is no setting of its own, one of its listeners is open. */
export function isOn(deployment: Listening, service: ServiceName): boolean {
  const { enabled } = deployment[service] as { readonly enabled?: boolean };
  if (enabled !== undefined) return enabled;
  const complete = completeListeners(deployment);
  return Object.keys(definitions[service].listeners).some((name) => complete[name as ListenerName].enabled);
}
