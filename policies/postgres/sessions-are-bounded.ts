import type { Resource, StackDocument } from "../document.ts";
import { filesWith, isServer } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { parseSql } from "../files/sql.ts";
import { definePolicy } from "../policy.ts";

const TIMEOUTS = ["statement_timeout", "idle_in_transaction_session_timeout"];
const isNotZero = (value: string) => Number.parseFloat(value) > 0;

export const sessionsAreBounded = definePolicy({
  id: "PGS-011",
  severity: "low",
  title: "PostgreSQL bounds its sessions: how many, how long a statement, how long idle in a transaction",
  why: "One statement that never ends, or a transaction that somebody forgot, keeps locks and dead rows until the disk is full.",
  avoid: `image: postgres:17
command: postgres -c max_connections=100`,
  prefer: `image: postgres:17
command: postgres -c max_connections=100 -c statement_timeout=30s -c idle_in_transaction_session_timeout=60s`,
  allowed: `max_connections, ${TIMEOUTS.join(" and ")} above 0; the timeouts also by ALTER ROLE … SET in an init file`,
  fix: "set the three in postgresql.conf",
  source: "PostgreSQL documentation, runtime-config-client and runtime-config-connection",
  looksAt: POSTGRES,
  where: isServer("postgres"),
  check: (resource, stack) => {
    const settings = postgresSettings(resource, stack);
    const byRole = roleSettings(resource, stack);
    return [
      ...settings.must("max_connections", isNotZero),
      ...TIMEOUTS.filter((name) => !byRole.has(name.toUpperCase())).flatMap((name) =>
        settings.must(name, isNotZero),
      ),
    ];
  },
});

/** Settings that the init files give to roles or databases. */
const roleSettings = (resource: Resource, stack: StackDocument): ReadonlySet<string> =>
  new Set(
    filesWith(resource, "sql", stack)
      .flatMap((file) => parseOnce(file, parseSql))
      .filter(({ words: [verb, , , set] }) => verb === "ALTER" && set === "SET")
      .flatMap(({ words }) => words[4] ?? []),
  );
