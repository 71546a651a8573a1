import type { Deployment } from "./deployment.ts";
import type { OpenListener } from "./listeners.ts";
import { brokerMemory } from "./mosquitto/memory.ts";
import { definitions } from "./registry.ts";

/** A source may take this part of the broker's places, so that fifty together leave some to others. */
const SHARE_OF_BROKER = 52;

/** A few devices behind one address, for any memory of the broker. */
const LEAST_OF_BROKER = 8;

/** Pages, requests and sockets of an office behind one address. */
const FOR_HTTP = 100;

const isOfBroker = (listener: string): boolean => Object.hasOwn(definitions.mosquitto.listeners, listener);

/** The same at a listener for HTTP, by the packet filter, the edge and the shipped application alike. */
export const httpConnectionsPerSource = ({
  connectionsPerSource: said = FOR_HTTP,
}: Pick<OpenListener, "connectionsPerSource">): number => said;

/** How many open connections of one source a listener takes: an IPv4 address, or a /64 of IPv6. */
export function connectionsPerSource(
  deployment: Pick<Deployment, "listeners" | "mosquitto">,
  listener: Pick<OpenListener, "name" | "connectionsPerSource">,
): number {
  const { name, connectionsPerSource: said } = listener;
  if (!isOfBroker(name)) return httpConnectionsPerSource(listener);
  if (said !== undefined) return said;
  const { plainConnections, tlsConnections } = brokerMemory(deployment);
  const places = name === "mqtts" ? tlsConnections : plainConnections;
  return Math.max(LEAST_OF_BROKER, Math.floor(places / SHARE_OF_BROKER));
}

/** The broker still has time for its clients when strangers come as fast as they may: a handshake takes it 0.5 ms. */
const HANDSHAKES_PER_CPU = 100;

/** How many new connections in a second all sources together may open, above one every ten seconds from each. */
export const newConnectionsPerSecond = ({ mosquitto }: Pick<Deployment, "mosquitto">, listener: string) =>
  isOfBroker(listener)
    ? // The broker is one thread: it has no use for a second core.
      {
        newConnectionsPerSecond: Math.max(
          1,
          Math.round(HANDSHAKES_PER_CPU * Math.min(1, mosquitto.limits.cpus)),
        ),
      }
    : {};
