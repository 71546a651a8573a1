import { FILES, PORT } from "../config/references.ts";
import type { Limits, ParsedDeployment } from "../config/schema.ts";
import type { databaseLogins } from "../config/store-logins.ts";
import { postgresMemory } from "./postgres-memory.ts";

export interface PostgresSettings {
  readonly limits: Pick<Limits, "memoryMiB" | "cpus">;

  /** Whether every connection and its end is logged; the health probe alone makes 15 MB of that a day. */
  readonly logConnections: boolean;

  /** Whether clients on the network must use TLS. */
  readonly tls: boolean;
}

/** postgresql.conf. Timeouts are bounds against what hangs; a migration or a backup ends well within them. */
export function postgresqlConf({ limits, logConnections, tls }: PostgresSettings): string {
  const memory = postgresMemory(limits.memoryMiB);
  const logged = logConnections ? "on" : "off";
  return [
    "listen_addresses = '*'",
    `port = ${PORT.postgres}`,
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

/** Over the network the roles of the application only, with SCRAM; inside the container the superuser, by its uid. */
export function pgHba(database: string, users: readonly string[], tls: boolean): string {
  return [
    "# type  database  user  address  method",
    "local   all  postgres  peer",
    ...users.map((user) => `${tls ? "hostssl" : "host   "} ${database}  ${user}  all  scram-sha-256`),
    "",
  ].join("\n");
}

/** Where the password of a role is delivered, below the folder of the server's files. */
export const passwordFile = (role: string) => `roles/${role}.password`;

/**
 * Applied at each start, before anyone can connect, so a deployment from before there were roles is brought to them as
 * well, and a new password counts from the next start on. psql reads passwords from files, and the server's log never
 * quotes them.
 */
export function rolesSql({ database, user: owner }: Store, logins: readonly DatabaseLogin[]): string {
  const ownerLogsIn = logins.some(({ user }) => user === owner);
  return [
    SILENT,
    ...[...new Set([owner, ...logins.map(({ user }) => user)])].flatMap((user) =>
      ifMissing("pg_roles", "rolname", user, `CREATE ROLE "${user}";`),
    ),
    ...(ownerLogsIn ? [] : [`ALTER ROLE "${owner}" NOLOGIN ${POWERLESS} PASSWORD NULL;`]),
    ...logins.flatMap(({ user, role }) => [
      `\\set password \`cat ${FILES}/${passwordFile(role)}\``,
      `ALTER ROLE "${user}" LOGIN ${POWERLESS} PASSWORD :'password';`,
    ]),
    ...ifMissing("pg_database", "datname", database, `CREATE DATABASE "${database}" OWNER "${owner}";`),
    `REVOKE ALL ON DATABASE "${database}" FROM PUBLIC;`,
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC;",
    `\\connect "${database}"`,
    SILENT,
    ...logins.filter(({ user }) => user !== owner).flatMap((login) => rights(database, owner, login)),
    "",
  ].join("\n");
}

type Store = Pick<ParsedDeployment["postgres"], "database" | "user">;
type DatabaseLogin = ReturnType<typeof databaseLogins>[number];

/** A statement that fails is not written into the log: it may hold a password. */
const SILENT = "SET log_min_error_statement = 'panic';";
const POWERLESS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

const onlyIf = (condition: string, ...statements: readonly string[]) => [
  `SELECT ${condition} AS wanted \\gset`,
  "\\if :wanted",
  ...statements,
  "\\endif",
];

const ifMissing = (table: string, column: string, name: string, statement: string) =>
  onlyIf(`NOT EXISTS (SELECT FROM ${table} WHERE ${column} = '${name}')`, statement);

function rights(database: string, owner: string, { user, rights }: DatabaseLogin): readonly string[] {
  if (rights === "owner") {
    // What one role makes belongs to the owner, and so to the other roles as well.
    return [`GRANT "${owner}" TO "${user}";`, `ALTER ROLE "${user}" SET role = '${owner}';`];
  }
  return [
    ...onlyIf(`pg_has_role('${user}', '${owner}', 'MEMBER')`, `REVOKE "${owner}" FROM "${user}";`),
    `ALTER ROLE "${user}" RESET role;`,
    `GRANT CONNECT${rights === "rows" ? ", TEMPORARY" : ""} ON DATABASE "${database}" TO "${user}";`,
    ...(rights === "rows" ? rows(owner, user) : []),
  ];
}

/** Once only: what a migration takes back afterwards stays so. */
function rows(owner: string, user: string): readonly string[] {
  const future = `ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" GRANT`;
  return onlyIf(
    `NOT EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) WHERE grantee = '${user}'::regrole)`,
    "BEGIN;",
    `${future} SELECT, INSERT, UPDATE, DELETE ON TABLES TO "${user}";`,
    `${future} USAGE, SELECT ON SEQUENCES TO "${user}";`,
    `${future} USAGE ON SCHEMAS TO "${user}";`,
    "DO $$ DECLARE place name; BEGIN",
    `  FOR place IN SELECT nspname FROM pg_namespace WHERE nspname = 'public' OR nspowner = '${owner}'::regrole LOOP`,
    `    EXECUTE format('GRANT USAGE ON SCHEMA %I TO "${user}"', place);`,
    `    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO "${user}"', place);`,
    `    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO "${user}"', place);`,
    "  END LOOP;",
    "END $$;",
    "COMMIT;",
  );
}
