import type { Listener } from "../site/listeners.ts";
import type { SiteSettings } from "../site/settings.ts";
import type { ServiceDefinition } from "./definition.ts";
import { definitions, type ListenerName, listeners, type ServiceName, serviceNames } from "./registry.ts";

/** Decides which listeners are open; a deployment fits before and after its defaults are filled in. */
export type Listening = Pick<SiteSettings, "environment"> & {
  readonly listeners: { readonly [Name in ListenerName]?: Listener | undefined };
} & { readonly [Name in ServiceName]: object };

/** The settings by which it is decided. */
export const listeningParts = ["environment", "listeners", ...serviceNames] as const;

/**
 * Every listener, open or not: it is open if it is asked for and somebody is behind it. Those in clear text are asked for
 * on a developer's machine only unless a deployment names them, those with TLS in production only.
 */
export function completeListeners(deployment: Listening): Record<ListenerName, Listener> {
  const isRouted = Object.values(definitions).some(
    (definition) => definition.isBehindEdge && isServed(definition, deployment, false),
  );
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

/** The listeners that are open. */
export function openListeners(deployment: Listening): readonly (readonly [ListenerName, Listener])[] {
  return Object.entries(completeListeners(deployment))
    .filter(([, { enabled }]) => enabled)
    .map(([name, listener]) => [name as ListenerName, listener]);
}

/** Whether any listener serves TLS, so that a certificate is needed. */
export const servesTls = (deployment: Listening): boolean => {
  const complete = completeListeners(deployment);
  return listeners.some(({ name, tls }) => tls && complete[name].enabled);
};

/** Whether MQTT clients prove with certificates who they are, so that a CA for devices is needed. */
export const servesDevices = (deployment: Listening & Pick<SiteSettings, "tls">): boolean =>
  deployment.tls.mqttClients === "certificates" && completeListeners(deployment).mqtts.enabled;

/** Whether a deployment has a service: it is enabled, or, where that is no setting of its own, one of its listeners is open. */
export function isOn(deployment: Listening, service: ServiceName): boolean {
  const { enabled } = deployment[service] as { readonly enabled?: boolean };
  if (enabled !== undefined) return enabled;
  const complete = completeListeners(deployment);
  return Object.keys(definitions[service].listeners).some((name) => complete[name as ListenerName].enabled);
}
