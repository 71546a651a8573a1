import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { type PostgresSettings, postgresqlConf } from "../../services/postgres/files.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Where Debian puts each version of the server; the application's own tests install it. */
const SERVERS = "/usr/lib/postgresql";
const postgres = (existsSync(SERVERS) ? readdirSync(SERVERS) : [])
  .map((version) => join(SERVERS, version, "bin/postgres"))
  .findLast((path) => existsSync(path));

const SETTINGS: PostgresSettings = {
  limits: { memoryMiB: 256, cpus: 1 },
  logConnections: false,
  tls: false,
};

/**
 * The server's own reading of the file: it reads the whole of it, refuses what it does not know, and prints a setting in
 * its own unit. Nothing is started.
 */
async function meant<Name extends string>(
  settings: Partial<PostgresSettings>,
  ...names: readonly Name[]
): Promise<Record<Name, string>> {
  const folder = temporaryFolder();
  const file = write(folder, "postgresql.conf", postgresqlConf({ ...SETTINGS, ...settings }));
  const values = await Promise.all(
    names.map(async (name) => {
      const argv = [postgres as string, "-C", name, "-D", folder, "-c", `config_file=${file}`] as const;
      return [name, (await run(argv)).stdout.trimEnd()] as const;
    }),
  );
  return Object.fromEntries(values) as Record<Name, string>;
}

const PAGE = 8192;
const MIB = 1024 ** 2;
const MINUTES = 60_000;

describe.skipIf(postgres === undefined)("PostgreSQL, asked how it reads its file,", () => {
  test.each([64, 100, 256, 1000, 4096, 65_536])("never plans for more than %i MiB", async (memoryMiB) => {
    const limits = { memoryMiB, cpus: 1 };
    const names = [
      ...(["shared_buffers", "work_mem", "maintenance_work_mem", "autovacuum_work_mem"] as const),
      ...(["max_connections", "autovacuum_max_workers", "hash_mem_multiplier"] as const),
      ...(["max_parallel_workers_per_gather", "max_parallel_maintenance_workers"] as const),
    ];
    const numbers = Object.entries(await meant({ limits }, ...names)).map(([name, value]) => [
      name,
      Number(value),
    ]);
    const memory = Object.fromEntries(numbers) as Record<(typeof names)[number], number>;
    const sharedBytes = memory.shared_buffers * PAGE;
    const vacuumBytes = memory.autovacuum_max_workers * memory.maintenance_work_mem * 1024;
    const queryBytes = memory.max_connections * memory.work_mem * 1024 * memory.hash_mem_multiplier;

    // With helpers each query would take its share more than once, and a worker of autovacuum its own.
    expect([memory.max_parallel_workers_per_gather, memory.max_parallel_maintenance_workers]).toEqual([0, 0]);
    expect(memory.autovacuum_work_mem).toBe(-1);
    expect(sharedBytes + vacuumBytes + queryBytes).toBeLessThanOrEqual(memoryMiB * MIB * 0.63);
    // It would be no use with a tenth of that.
    expect(sharedBytes).toBeGreaterThanOrEqual(memoryMiB * MIB * 0.2);
    expect(memory.max_connections).toBeGreaterThanOrEqual(16);
  });

  test("lets a query have helpers where there are cores for them", async () => {
    const limits = { memoryMiB: 4096, cpus: 4 };

    expect(await meant({ limits }, "max_parallel_workers_per_gather")).toEqual({
      max_parallel_workers_per_gather: "2",
    });
  });

  test("listens on the network, takes SCRAM, and logs no statement and no connection", async () => {
    const names = [
      ...(["listen_addresses", "port", "hba_file", "password_encryption", "ssl"] as const),
      ...(["log_destination", "log_statement", "log_min_duration_statement", "TimeZone"] as const),
      ...(["log_connections", "log_disconnections"] as const),
    ];

    expect(await meant({}, ...names)).toEqual({
      listen_addresses: "*",
      port: "5432",
      hba_file: "/run/exploreiot/pg_hba.conf",
      password_encryption: "scram-sha-256",
      ssl: "off",
      log_destination: "stderr",
      log_statement: "none",
      log_min_duration_statement: "-1",
      TimeZone: "UTC",
      log_connections: "off",
      log_disconnections: "off",
    });
  });

  test("speaks current TLS and logs connections where that is asked for", async () => {
    const names = ["ssl", "ssl_min_protocol_version", "ssl_cert_file", "ssl_key_file"] as const;

    expect(
      await meant({ tls: true, logConnections: true }, ...names, "log_connections", "log_disconnections"),
    ).toEqual({
      ssl: "on",
      ssl_min_protocol_version: "TLSv1.2",
      ssl_cert_file: "/run/exploreiot/server.crt",
      ssl_key_file: "/run/exploreiot/server.key",
      log_connections: "on",
      log_disconnections: "on",
    });
  });

  test("waits for nobody without an end, and lets a migration or a backup end", async () => {
    const names = [
      ...(["statement_timeout", "idle_in_transaction_session_timeout"] as const),
      ...(["client_connection_check_interval", "tcp_keepalives_idle"] as const),
    ];
    const times = await meant({}, ...names);

    expect(Number(times.statement_timeout)).toBeGreaterThanOrEqual(5 * MINUTES);
    for (const [name, value] of Object.entries(times)) {
      // Keepalives are in seconds, all else in milliseconds; 0 would be for ever.
      const milliseconds = Number(value) * (name.startsWith("tcp_") ? 1000 : 1);
      expect(milliseconds, name).toBeGreaterThan(0);
      expect(milliseconds, name).toBeLessThanOrEqual(10 * MINUTES);
    }
  });
});
