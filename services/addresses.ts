import { isIPv6 } from "node:net";
import ipaddr from "ipaddr.js";
import { edgeSubnet, lastAddress } from "../core/subnets.ts";
import type { SiteSettings } from "../site/settings.ts";
import type { Listening } from "./listeners.ts";
import { completeListeners, openListeners } from "./listeners.ts";

/** Decides where a deployment is reached; one fits before and after its defaults are filled in. */
export type Reachable = Listening &
  Pick<SiteSettings, "name" | "networks" | "http"> & { readonly hosts?: readonly string[] | undefined };

/** Host names the deployment answers to; loopback has an obvious answer, any other binding must say. */
export function hosts({ hosts }: Pick<Reachable, "hosts">): readonly string[] {
  return [...new Set(hosts?.map(asBrowsersWrite) ?? ["localhost", "127.0.0.1"])];
}

/** Everything that certificates are for: the hosts, and the names that services of the user's own have for themselves. */
export const servedNames = (deployment: Pick<Reachable, "hosts" | "services">): readonly string[] => [
  ...new Set([
    ...hosts(deployment),
    ...Object.values(deployment.services).flatMap(({ enabled, routes }) =>
      enabled ? routes.flatMap(({ host }) => host ?? []) : [],
    ),
  ]),
];

/** In small letters, and an IPv6 address in its one short form (RFC 5952): hosts are compared as text. */
const asBrowsersWrite = (host: string): string =>
  isIPv6(host) ? ipaddr.IPv6.parse(host).toRFC5952String() : host.toLowerCase();

/**
 * The edge's address on its network, the only one whose forwarded headers the applications may believe; undefined
 * where the https listener is shut.
 */
export function edgeAddress(deployment: Reachable): string | undefined {
  if (!completeListeners(deployment).https.enabled) return undefined;
  return lastAddress(deployment.networks.edge.ipv4 ?? edgeSubnet(deployment.name));
}

/** Browser origins that may call the backend: the page's own addresses and those listed. */
export function corsOrigins(deployment: Reachable): readonly string[] {
  const own = openListeners(deployment)
    .filter(({ name }) => name === "frontend" || name === "https")
    .flatMap(({ name, port }) =>
      hosts(deployment).map((host) => origin(name === "https" ? "https" : "http", host, port)),
    );
  return [...new Set([...own, ...deployment.http.corsOrigins])];
}

/** An origin as browsers write it: without the port that the scheme implies (RFC 6454 §6.2). */
export function origin(scheme: "http" | "https", host: string, port: number): string {
  const name = host.includes(":") ? `[${host}]` : host;
  return port === (scheme === "https" ? 443 : 80) ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}

/**
 * Where browsers reach the backend; the page puts its own host name for `{host}`. Over TLS it is the page's own
 * origin. Empty if no listener leads there.
 */
export const backendUrl = (deployment: Reachable): string => urlOf("backend", "{host}", deployment);

/** The origin of page or API at the first of the hosts; empty if no listener leads there. */
export const publicUrl = (service: "backend" | "frontend", deployment: Reachable): string =>
  urlOf(service, hosts(deployment)[0] as string, deployment);

function urlOf(service: "backend" | "frontend", host: string, deployment: Reachable): string {
  const { https, [service]: plain } = completeListeners(deployment);
  if (https.enabled) return origin("https", host, https.port);
  return plain.enabled ? origin("http", host, plain.port) : "";
}
