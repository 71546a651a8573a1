import { z } from "zod";
import { databaseName, databaseOwner } from "../../core/formats.ts";
import { enabled, limits, timing } from "../../site/fields.ts";
import { MIGRATE } from "../application/settings.ts";
import { defineService } from "../definition.ts";
import { hostsOf, inAddress, type Outside, oneOrSeveralHosts, outsideAt } from "../outside.ts";
import { LEAST_POSTGRES_MIB } from "./memory.ts";

export const POSTGRES_PORT = 5432;

/** The CA that a program checks PostgreSQL by, among its files. */
export const DATABASE_CA = "database-ca.crt";

/** Names of programs have no underscores, so no two of them get the same. */
export const inSql = (name: string) => name.replaceAll("-", "_");

/** As whom a program logs in that does not own the tables. */
export const databaseUser = (owner: string, program: string) => `${owner}_${inSql(program)}`;

/** As whom backups are made: reads every table of every database, and writes nowhere. */
export const backupUser = (owner: string) => databaseUser(owner, "backup");
export const BACKUP_ROLE_PASSWORD = "role-backup-postgres-password";

/** As whom the log is received: replicates, and is let into no database. No program's name begins with a dash. */
export const archiveUser = (owner: string) => `${owner}__archive`;
export const ARCHIVE_ROLE_PASSWORD = "role-replication-postgres-password";

/** Several hosts as libpq takes them: in a variable, and in a URL, where each has its port. */
const placesOf = (server: Pick<Outside, "host" | "port">) => ({
  host: hostsOf(server).join(","),
  port: String(server.port),
  addresses: hostsOf(server)
    .map((host) => inAddress(host, server.port))
    .join(","),
});

/** The databases: of the application, and of services that have one of their own. */
export const postgres = defineService({
  name: "postgres",
  speaks: "PostgreSQL",
  settings: z
    .strictObject({
      enabled,
      database: databaseName.default("exploreiot").describe("the application's own"),
      user: databaseOwner
        .default("exploreiot")
        .describe("owns the tables; each role logs in as a user of its own, called USER_ROLE"),
      tls: z
        .boolean()
        .default(false)
        .describe("clients must use TLS and check the certificate, from a CA that this deployment makes"),
      limits: limits(256, 1, 128, LEAST_POSTGRES_MIB),
      health: timing,
      outside: outsideAt(POSTGRES_PORT, oneOrSeveralHosts, {
        maxConnections: z
          .int()
          .min(1)
          .max(262_143)
          .optional()
          .describe("how many connections the server keeps for this deployment; default: nobody counts them"),
      }),
    })
    .prefault({})
    .describe("PostgreSQL, where readings are kept"),
  isServed: ({ enabled }) => enabled,
  whereOutside: ["enabled", "database", "user", "outside"],
  // By libpq's names: read by libpq itself and by asyncpg, so by the reference application too.
  trust: {
    file: DATABASE_CA,
    environment: (path) => ({ PGSSLMODE: "verify-full", PGSSLROOTCERT: path }),
    clearText: { rule: "TLS-010", variable: "DATABASE_HOST" },
  },
  references: ({ database, tls, outside }) => ({
    ...placesOf(outside ?? { host: "postgres", port: POSTGRES_PORT }),
    database,
    sslmode: (outside === undefined ? tls : outside.tls !== undefined) ? "verify-full" : "disable",
  }),
  login: ({ user: owner }, { name, rights }) =>
    rights.postgres === undefined
      ? undefined
      : {
          // The migration logs in as the owner of the tables.
          user: name === MIGRATE ? owner : databaseUser(owner, name),
          secret: `role-${name}-postgres-password`,
          ...(rights.postgres === "own" ? { references: { database: inSql(name) } } : {}),
        },
});
