/**
 * A connection at worst; two workers hold some for as long as a reload leaves sockets open. Measured with the shipped
 * configuration: 0.03 MiB for one over TLS that asks the API and stays open.
 */
const CONNECTION_MIB = 0.1;

/**
 * HAProxy with its certificate and tables, without connections. Measured with a limit of 34 MiB (HAProxy 3.0, control groups):
 * 16 MiB at rest, 19 while it starts, 21 at most with 100 connections. The rest is an estimate, for a second worker at a reload.
 */
const BASE_MIB = 24;

const FEWEST_CONNECTIONS = 100;

/**
 * How many connections HAProxy takes. Each takes two of the files that a container may open (`hardening.ts`): HAProxy does
 * not start where there are too few.
 */
export const edgeConnections = (memoryMiB: number): number =>
  Math.min(8_000, Math.max(FEWEST_CONNECTIONS, memoryMiB * 8));

export const LEAST_EDGE_MIB = Math.ceil(BASE_MIB + FEWEST_CONNECTIONS * CONNECTION_MIB);
