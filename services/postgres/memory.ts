import { leastMemoryMiB } from "../../core/least-memory.ts";

/** How PostgreSQL divides the memory of its container. */
export interface PostgresMemory {
  readonly maxConnections: number;
  readonly sharedBuffersMiB: number;
  readonly effectiveCacheSizeMiB: number;
  readonly workMemKiB: number;
  readonly maintenanceWorkMemMiB: number;
  readonly autovacuumWorkers: number;
  readonly maxWalSizeMiB: number;
}

const AUTOVACUUM_WORKERS = 2;

/** The memory that a connection keeps besides what it computes with: catalogue caches, 2 to 4 MB of them. */
const CONNECTION_MIB = 2;

/** `hash_mem_multiplier` of PostgreSQL 15 to 17: a hash may take twice work_mem. */
const HASH_MULTIPLIER = 2;

/**
 * Divides a container's memory so that its limit holds when everything is in use at once: a quarter for shared
 * buffers (PostgreSQL manual, "Resource Consumption"), an eighth for autovacuum, a quarter for one hash in every
 * connection, and the rest for what each connection keeps besides (hence one connection for 10 MiB). The page cache counts towards the limit too but gives way. The reasons are in
 * docs/decisions/0035-memory-of-postgresql-and-redis.md.
 */
export function postgresMemory(memoryMiB: number): PostgresMemory {
  const maxConnections = clamp(Math.floor(memoryMiB / 10), 16, 200);
  const perHash = (memoryMiB * 1024) / 4 / maxConnections / HASH_MULTIPLIER;
  return {
    maxConnections,
    sharedBuffersMiB: Math.max(1, Math.floor(memoryMiB / 4)),
    effectiveCacheSizeMiB: Math.max(1, Math.floor(memoryMiB / 2)),
    workMemKiB: clamp(Math.floor(perHash), 64, 65_536),
    maintenanceWorkMemMiB: clamp(Math.floor(memoryMiB / 8 / AUTOVACUUM_WORKERS), 1, 1024),
    autovacuumWorkers: AUTOVACUUM_WORKERS,
    maxWalSizeMiB: clamp(memoryMiB * 2, 512, 4096),
  };
}

const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));

/** All of that at once. Making the cluster takes less: 40 MiB (measured with 15 and 17). */
export const LEAST_POSTGRES_MIB = leastMemoryMiB((memoryMiB) => {
  const memory = postgresMemory(memoryMiB);
  const connection = CONNECTION_MIB + (memory.workMemKiB * HASH_MULTIPLIER) / 1024;
  return (
    memory.sharedBuffersMiB +
    memory.autovacuumWorkers * memory.maintenanceWorkMemMiB +
    memory.maxConnections * connection
  );
});
