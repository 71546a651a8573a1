import type { OutsideServer } from "../core/stack-facts.ts";
import type { Deployment } from "./deployment.ts";
import { outsideOf } from "./outside.ts";
import { readAuthority } from "./outside-authority.ts";
import { definitions, type ServiceName, serviceNames } from "./registry.ts";

/** The servers that somebody else runs in place of containers, each with the CA that it is checked by. */
export const outsideServers = (deployment: Deployment): readonly OutsideServer[] =>
  serviceNames.flatMap((service) => outsideServer(deployment, service) ?? []);

export function outsideServer(deployment: Deployment, service: ServiceName): OutsideServer | undefined {
  const server = outsideOf(deployment, service);
  if (server === undefined) return undefined;
  const { host, port, tls } = server;
  return {
    ...{ service, speaks: definitions[service].speaks, host, port },
    ...(tls === undefined ? {} : { ca: readAuthority(tls.ca, `${service}.outside.tls.ca`) }),
  };
}
