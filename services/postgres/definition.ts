import { z } from "zod";
import { databaseName, databaseOwner } from "../../core/formats.ts";
import { enabled, limits, timing } from "../../site/fields.ts";
import { MIGRATE } from "../application/settings.ts";
import { defineService } from "../definition.ts";

export const POSTGRES_PORT = 5432;

/** PostgreSQL 15 makes its cluster with 40 MiB and is killed for memory with 32 (measured). */
const LEAST_POSTGRES_MIB = 48;

/** The database of the application. */
export const postgres = defineService({
  name: "postgres",
  settings: z
    .strictObject({
      enabled,
      database: databaseName.default("exploreiot"),
      user: databaseOwner
        .default("exploreiot")
        .describe("owns the tables; each role logs in as a user of its own, called USER_ROLE"),
      tls: z
        .boolean()
        .default(false)
        .describe("clients must use TLS and check the certificate, from a CA that this deployment makes"),
      limits: limits(256, 1, 128, LEAST_POSTGRES_MIB),
      health: timing,
    })
    .prefault({}),
  isServed: ({ enabled }) => enabled,
  references: ({ database }) => ({ host: "postgres", port: String(POSTGRES_PORT), database }),
  // The migration logs in as the owner of the tables; names of roles have no underscores.
  login: ({ user }, role) => ({
    user: role === MIGRATE ? user : `${user}_${role.replaceAll("-", "_")}`,
    secret: `role-${role}-postgres-password`,
  }),
});
