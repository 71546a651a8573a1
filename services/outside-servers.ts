import type { OutsideServer } from "../core/stack-facts.ts";
import type { Deployment } from "./deployment.ts";
import { hostsOf, outsideOf } from "./outside.ts";
import { readAuthority } from "./outside-authority.ts";
import { definitions, type ServiceName, serviceNames } from "./registry.ts";

/** The servers that somebody else runs in place of containers, each with the CA that it is checked by. */
export const outsideServers = (deployment: Deployment): readonly OutsideServer[] =>
  serviceNames.flatMap((service) => outsideServersOf(deployment, service));

/** Those of one service: several where it is a cluster, none where it is a container. */
export function outsideServersOf(deployment: Deployment, service: ServiceName): readonly OutsideServer[] {
  const server = outsideOf(deployment, service);
  if (server === undefined) return [];
  const { port, tls } = server;
  const ca = tls === undefined ? {} : { ca: readAuthority(tls.ca, `${service}.outside.tls.ca`) };
  return hostsOf(server).map((host) => ({
    ...{ service, speaks: definitions[service].speaks, host, port, ...ca },
  }));
}

/** The server of a service that is at one host only. */
export const outsideServer = (
  deployment: Deployment,
  service: Exclude<ServiceName, "postgres">,
): OutsideServer | undefined => outsideServersOf(deployment, service)[0];
