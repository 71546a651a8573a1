import { FILES } from "../../core/container-folders.ts";
import type { Limits } from "../../site/fields.ts";
import { POSTGRES_PORT } from "./definition.ts";
import { postgresMemory } from "./memory.ts";

export interface PostgresSettings {
  readonly limits: Pick<Limits, "memoryMiB" | "cpus">;

  /** Whether every connection and its end is logged; the health probe alone makes 15 MB of that a day. */
  readonly logConnections: boolean;

  /** Whether clients on the network must use TLS. */
  readonly tls: boolean;
}

/**
 * The most that the server keeps for a receiver of its log that has gone: it must not fill the disk of the data. It holds
 * for a slot of anyone's, and where nothing is archived any more.
 */
const MOST_KEPT_MIB = 1024;

/** postgresql.conf. Timeouts are bounds against what hangs; a migration or a backup ends well within them. */
export function postgresqlConf({ limits, logConnections, tls }: PostgresSettings): string {
  const memory = postgresMemory(limits.memoryMiB);
  const logged = logConnections ? "on" : "off";
  return [
    "listen_addresses = '*'",
    `port = ${POSTGRES_PORT}`,
    "unix_socket_directories = '/run/postgresql'",
    `hba_file = '${FILES}/pg_hba.conf'`,
    "password_encryption = 'scram-sha-256'",
    ...(tls ? tlsSettings : []),
    `max_connections = ${memory.maxConnections}`,
    `shared_buffers = ${memory.sharedBuffersMiB}MB`,
    `effective_cache_size = ${memory.effectiveCacheSizeMiB}MB`,
    `work_mem = ${memory.workMemKiB}kB`,
    `maintenance_work_mem = ${memory.maintenanceWorkMemMiB}MB`,
    `autovacuum_max_workers = ${memory.autovacuumWorkers}`,
    // Each parallel worker may take work_mem once more.
    `max_parallel_workers_per_gather = ${limits.cpus >= 4 ? 2 : 0}`,
    "max_parallel_maintenance_workers = 0",
    "min_wal_size = 80MB",
    `max_wal_size = ${memory.maxWalSizeMiB}MB`,
    "checkpoint_timeout = '15min'",
    "wal_compression = on",
    "wal_level = replica",
    `max_slot_wal_keep_size = ${MOST_KEPT_MIB}MB`,
    // The official image has LLVM, of which each connection that uses it takes more memory than all others together have.
    "jit = off",
    "statement_timeout = '10min'",
    "idle_in_transaction_session_timeout = '1min'",
    "client_connection_check_interval = '10s'",
    "tcp_keepalives_idle = 60",
    "tcp_keepalives_interval = 10",
    "tcp_keepalives_count = 3",
    "log_destination = 'stderr'",
    "log_statement = 'none'",
    `log_connections = ${logged}`,
    `log_disconnections = ${logged}`,
    "timezone = 'UTC'",
    "",
  ].join("\n");
}

const tlsSettings = [
  "ssl = on",
  `ssl_cert_file = '${FILES}/server.crt'`,
  `ssl_key_file = '${FILES}/server.key'`,
  "ssl_min_protocol_version = 'TLSv1.2'",
];

/** Who may log in over the network, and where. */
interface Entrance {
  readonly user: string;
  readonly database: string;
}

/**
 * Over the network those who are named, each into one database, with SCRAM; inside the container the superuser, by its uid.
 *
 * @param receiver who may receive the log, from the server's own network. @default - nobody
 */
export function pgHba(entrances: readonly Entrance[], tls: boolean, receiver?: string): string {
  const type = tls ? "hostssl" : "host   ";
  return [
    "# type  database  user  address  method",
    "local   all  postgres  peer",
    ...entrances.map(({ database, user }) => `${type} ${database}  ${user}  all  scram-sha-256`),
    ...(receiver === undefined ? [] : [`${type} replication  ${receiver}  samenet  scram-sha-256`]),
    "",
  ].join("\n");
}
