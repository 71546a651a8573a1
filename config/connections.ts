import type { Deployment } from "./parse.ts";
import type { ListenerName } from "./schema.ts";

/** Enough for a workshop behind one address, whatever the broker's memory. */
const LEAST_OF_BROKER = 32;

/** A source may take this part of the broker's places, so that fifty together leave some to others. */
const SHARE_OF_BROKER = 64;

/** Pages, requests and sockets of an office behind one address. */
const FOR_HTTP = 100;

/** Bytes that a connection costs the broker before its TLS handshake ends: measured, decision 72. */
const KIB_FOR_CONNECTION = 24;
const RESERVE_MIB = 16;

/** How many connections a broker can hold in its memory. */
export const brokerPlaces = ({ mosquitto }: Pick<Deployment, "mosquitto">): number =>
  Math.max(64, Math.floor(((mosquitto.limits.memoryMiB - RESERVE_MIB) * 1024) / KIB_FOR_CONNECTION));

/** How many open connections of one source a listener takes: an IPv4 address, or a /64 of IPv6. */
export function connectionsPerSource(
  deployment: Pick<Deployment, "listeners" | "mosquitto">,
  listener: ListenerName,
): number {
  const said = deployment.listeners[listener].connectionsPerSource;
  if (said !== undefined) return said;
  return listener === "mqtt" || listener === "mqtts"
    ? Math.max(LEAST_OF_BROKER, Math.floor(brokerPlaces(deployment) / SHARE_OF_BROKER))
    : FOR_HTTP;
}
