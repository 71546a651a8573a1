import { isFile, isServer } from "../facts/deliveries.ts";
import { waysOut } from "../facts/networks.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { isOn } from "../files/postgresql-conf.ts";
import { definePolicy } from "../policy.ts";

export const sessionsAreLogged = definePolicy({
  id: "PGS-012",
  severity: "low",
  title: "PostgreSQL logs who connects, where others than its neighbours can, and not what they write",
  why: "After a break-in the first question is who was connected, and from where. On an internal network the stack itself says who can be.",
  avoid: `image: postgres:17
command: postgres -c log_statement=all`,
  prefer: `image: postgres:17
command: postgres -c log_connections=on -c log_disconnections=on -c log_statement=none`,
  allowed:
    "log_connections and log_disconnections on, or none but internal bridge networks; log_statement none or ddl",
  fix: "set log_connections and log_disconnections to on, log_statement to none",
  source: "PostgreSQL documentation, runtime-config-logging",
  looksAt: POSTGRES,
  where: isServer("postgres"),
  check: (resource, stack) => {
    const settings = postgresSettings(resource, stack);
    const missing = ["log_connections", "log_disconnections"].flatMap((name) =>
      settings.must(name, (value) => isOn(value) || /authorization|all/.test(value)),
    );
    const written = settings.may("log_statement", (value) => /^(none|ddl)$/i.test(value));
    if (missing.length === 0) return written;
    if (isFile(resource)) return [...missing, ...written];
    const ways = waysOut(resource, stack);
    return ways.length === 0 ? written : [...missing, ...ways, ...written];
  },
});
