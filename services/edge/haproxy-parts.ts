import { CERTIFICATES } from "../certificates/certificates.ts";
import { connectionsPerSource } from "../connections.ts";
import type { Deployment } from "../deployment.ts";

/**
 * Whom a limit counts as one: an IPv4 address, or the /64 of an IPv6 address, since anyone who has one has all of its
 * addresses. The backend counts in the same way (`apps/backend/exploreiot/clients.py`).
 */
export const CLIENT = "src,ipmask(32,64)";

/** How a server is asked whether it is there. */
export const SERVER_CHECK = "check inter 2s fall 3 rise 1";

/** An own address for both families where the network has both; else IPv6 may be missing altogether. */
export const bindAddress = ({ networks }: Pick<Deployment, "networks">, port: number) =>
  networks.edge.ipv6 === undefined ? `:${port}` : `:::${port} v4v6`;

/** A port that ends TLS with the deployment's certificate. */
export const tlsBind = (deployment: Pick<Deployment, "networks">, port: number) =>
  `bind ${bindAddress(deployment, port)} ssl crt ${CERTIFICATES}/current/edge.crt`;

/** How many connections, and how many requests without an end yet, a client may have. */
export const mostOfClient = (deployment: Deployment): number =>
  connectionsPerSource(deployment, { name: "https", ...deployment.listeners.https });

/**
 * As the packet filter does in front of it, where there is one.
 *
 * @param when a client is counted: `session` once a proxy in front has said who it is. @default connection
 * @param condition which of them. @default - all
 */
export function limitConnections(
  deployment: Deployment,
  when: "connection" | "session" = "connection",
  condition?: string,
): readonly string[] {
  return [
    `    tcp-request ${when} track-sc0 ${CLIENT} table connections${condition === undefined ? "" : ` if ${condition}`}`,
    `    tcp-request ${when} reject if { sc0_conn_cur gt ${mostOfClient(deployment)} }`,
  ];
}
