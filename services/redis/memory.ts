import { leastMemoryMiB } from "../../core/least-memory.ts";

/** How Redis divides the memory of its container. */
export interface RedisMemory {
  readonly maxMemoryMiB: number;
  readonly maxClients: number;

  /** The bytes that one client may leave unread before it is dropped, at once and for 30 s. */
  readonly outputHardMiB: number;
  readonly outputSoftMiB: number;
}

/** The program itself, without data or clients. */
const BASE_MIB = 8;

/**
 * Divides a container's memory so that its limit holds while the append-only file is rewritten: the fork that does it
 * shares pages with the server until they change, and where everything changes both hold all data (redis.io,
 * "Redis persistence"). So less than half is for data and the clients' buffers, which `maxmemory` counts.
 */
export function redisMemory(memoryMiB: number): RedisMemory {
  return {
    maxMemoryMiB: Math.max(1, Math.floor((memoryMiB - BASE_MIB) * 0.45)),
    maxClients: Math.min(10_000, Math.max(64, memoryMiB * 4)),
    outputHardMiB: Math.max(1, Math.floor(memoryMiB / 16)),
    outputSoftMiB: Math.max(1, Math.floor(memoryMiB / 32)),
  };
}

/** The data twice, while the file is rewritten. */
export const LEAST_REDIS_MIB = leastMemoryMiB(
  (memoryMiB) => BASE_MIB + 2 * redisMemory(memoryMiB).maxMemoryMiB,
);
