import { brokerMemory } from "./broker-memory.ts";
import type { Listening } from "./listeners.ts";
import type { Deployment } from "./parse.ts";
import type { ListenerName } from "./schema.ts";

/** A source may take this part of the broker's places, so that fifty together leave some to others. */
const SHARE_OF_BROKER = 52;

/** A few devices behind one address, whatever the broker's memory. */
const LEAST_OF_BROKER = 8;

/** Pages, requests and sockets of an office behind one address. */
const FOR_HTTP = 100;

/** How many open connections of one source a listener takes: an IPv4 address, or a /64 of IPv6. */
export function connectionsPerSource(
  deployment: Listening & Pick<Deployment, "listeners" | "mosquitto">,
  listener: ListenerName,
): number {
  const said = deployment.listeners[listener].connectionsPerSource;
  if (said !== undefined) return said;
  if (listener !== "mqtt" && listener !== "mqtts") return FOR_HTTP;
  const { plainConnections, tlsConnections } = brokerMemory(deployment);
  const places = listener === "mqtts" ? tlsConnections : plainConnections;
  return Math.max(LEAST_OF_BROKER, Math.floor(places / SHARE_OF_BROKER));
}
