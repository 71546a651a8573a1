import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import { projectRoot } from "../config/home.ts";
import { FILES, HOST, PORT } from "../config/references.ts";
import { DataVolume } from "./data-volume.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { FileDelivery } from "./file-delivery.ts";
import { tmpfsOptions } from "./hardening.ts";
import type { PrivateNetwork } from "./private-network.ts";
import { ServiceContainer } from "./service-container.ts";

const USER = "999:999";

/** The data volume carries it, so that another major version starts empty instead of failing on old files. */
const MAJOR = 15;
const DATA = "/var/lib/postgresql/data";

export interface PostgresProps {
  readonly context: DeploymentScope;
  readonly network: PrivateNetwork;
}

/** PostgreSQL: SCRAM passwords over the network, a role for the application that owns its database and no more. */
export class Postgres extends Construct {
  constructor(scope: Construct, id: string, { context, network }: PostgresProps) {
    super(scope, id);
    const { deployment, secrets } = context;
    const { database, user, limits } = deployment.postgres;
    const files = new FileDelivery(this, "Files", {
      service: "postgres",
      user: USER,
      context,
      files: [
        {
          name: "entrypoint.sh",
          content: readFileSync(join(projectRoot, "images/postgres/entrypoint.sh"), "utf8"),
        },
        { name: "postgresql.conf", content: postgresqlConf(limits.memoryMiB) },
        { name: "pg_hba.conf", content: pgHba(database, user) },
        { name: "initdb/10-application.sql", content: applicationSql(database, user) },
        secret("superuser.password", "postgres-superuser-password"),
        secret("application.password", "postgres-app-password"),
      ],
    });
    const data = new DataVolume(this, "Data", `postgres-${MAJOR}-data`, context);
    new ServiceContainer(this, "Service", {
      context,
      role: "postgres",
      alias: HOST.postgres,
      image: context.images.kit("postgres"),
      user: USER,
      limits,
      networks: [network],
      entrypoint: ["/bin/sh", `${FILES}/entrypoint.sh`],
      command: ["postgres", "-c", `config_file=${FILES}/postgresql.conf`],
      environment: {
        // Below the volume: the first start is prepared beside it and committed by one rename.
        PGDATA: `${DATA}/pgdata`,
        POSTGRES_PASSWORD_FILE: `${FILES}/superuser.password`,
        POSTGRES_INITDB_ARGS: "--locale=C.UTF-8 --data-checksums",
      },
      files,
      volumes: [{ name: data.name, path: DATA }],
      tmpfs: {
        "/run/postgresql": tmpfsOptions(1, USER),
        "/tmp": tmpfsOptions(16, USER),
        // For parallel queries; Docker's own has 64 MiB. It counts against the container's memory.
        "/dev/shm": tmpfsOptions(128, USER),
      },
      probe: ["CMD", "psql", "-h", "/run/postgresql", "-U", "postgres", "-d", database, "-qtAc", "SELECT 1"],
      stopSignal: "SIGINT",
      graceSeconds: 60,
    });

    function secret(name: string, value: string) {
      return { name, secretFile: secrets.path(value), hash: secrets.keyedHash(secrets.value(value)) };
    }
  }
}

/** Memory settings follow the container's limit: a quarter for shared buffers, half for the system's cache. */
export function postgresqlConf(memoryMiB: number): string {
  return [
    "listen_addresses = '*'",
    `port = ${PORT.postgres}`,
    "unix_socket_directories = '/run/postgresql'",
    `hba_file = '${FILES}/pg_hba.conf'`,
    "password_encryption = 'scram-sha-256'",
    "max_connections = 60",
    // Longer than any migration needs; pg_dump turns it off for itself.
    "statement_timeout = '10min'",
    "idle_in_transaction_session_timeout = '1min'",
    `shared_buffers = ${Math.floor(memoryMiB / 4)}MB`,
    `effective_cache_size = ${Math.floor(memoryMiB / 2)}MB`,
    "max_wal_size = 512MB",
    "log_destination = 'stderr'",
    "log_statement = 'none'",
    "log_connections = off",
    "timezone = 'UTC'",
    "",
  ].join("\n");
}

/** Over the network the application only, with SCRAM; inside the container the superuser, known by its uid. */
export function pgHba(database: string, user: string): string {
  return [
    "# type  database  user  address  method",
    "local   all  postgres  peer",
    `host    ${database}  ${user}  all  scram-sha-256`,
    "",
  ].join("\n");
}

/** Runs once, at the first start. psql reads the password from the file, and the server's log never quotes it. */
export function applicationSql(database: string, user: string): string {
  return [
    `\\set password \`cat ${FILES}/application.password\``,
    "SET log_min_error_statement = 'panic';",
    `CREATE ROLE "${user}" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD :'password';`,
    `CREATE DATABASE "${database}" OWNER "${user}";`,
    `REVOKE ALL ON DATABASE "${database}" FROM PUBLIC;`,
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC;",
    "",
  ].join("\n");
}
