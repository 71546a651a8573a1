import type { Deployment } from "../deployment.ts";

/** How the broker divides the memory of its container. Bytes, but for the numbers of connections and sessions. */
export interface MosquittoMemory {
  /** For each listener: one that opens connections and does nothing takes no more. */
  readonly plainConnections: number;
  readonly tlsConnections: number;

  /** Connected or kept; one user has half of them at most, and half of each of the next two. */
  readonly sessions: number;
  readonly subscriptionBytes: number;
  readonly retainedBytes: number;

  /** What clients bring when they connect: wills, above all. */
  readonly loginBytes: number;

  /** The messages that wait in the kept sessions of everybody but the backend, a quarter of them in one. */
  readonly keptQueueBytes: number;

  /** What Mosquitto itself lets wait for one client: more than there is, so that `full` comes first. */
  readonly queuedBytes: number;
  readonly queuedMessages: number;

  /** From here on nothing new is begun, and from `full` on nothing is acknowledged. */
  readonly short: number;
  readonly full: number;

  /** A store that needs more than this is not loaded. */
  readonly store: number;
}

const MIB = 1_048_576;

/** The program itself, without clients and messages: 1.2 MiB of its own, the rest shared libraries. */
const BASE = 6 * MIB;

/** One connection in its handshake, and after it (docs/decisions/0070-broker-guard.md); half a packet comes on top. */
const HANDSHAKE = 24 * 1024;
const TLS = 17 * 1024;
const PLAIN = 3 * 1024;

/**
 * Divides a container's memory so that its limit holds with any client: two thirds for all that the broker counts
 * or watches, a third for connections, which cost memory before they say who they are.
 *
 * @param tls  whether the listener with TLS is open, which then gets three quarters of the connections' part
 */
export function mosquittoMemory(memoryMiB: number, maxPacketBytes: number, tls: boolean): MosquittoMemory {
  const bytes = memoryMiB * MIB;
  const part = (share: number) => Math.floor(bytes * share);
  const plainShare = tls ? 0.085 : 0.34;
  return {
    plainConnections: connections(part(plainShare), PLAIN + maxPacketBytes),
    tlsConnections: tls ? connections(part(0.34 - plainShare), Math.max(HANDSHAKE, TLS + maxPacketBytes)) : 0,
    sessions: memoryMiB * 32,
    subscriptionBytes: part(0.1),
    retainedBytes: part(1 / 6),
    loginBytes: part(0.05),
    keptQueueBytes: part(1 / 8),
    queuedBytes: part(1),
    queuedMessages: memoryMiB * 2048,
    short: part(0.54),
    full: part(0.66),
    store: part(0.9) - BASE,
  };
}

/** Both listeners together stay below the container's open files, of which the broker needs few for itself. */
const connections = (bytes: number, each: number) => Math.min(8_000, Math.floor(bytes / each));

/** The memory of a deployment's broker, for its settings and for the firewall in front of it. */
export const brokerMemory = (deployment: Pick<Deployment, "listeners" | "mosquitto">): MosquittoMemory =>
  mosquittoMemory(
    deployment.mosquitto.limits.memoryMiB,
    deployment.mosquitto.maxPacketBytes,
    deployment.listeners.mqtts.enabled,
  );
