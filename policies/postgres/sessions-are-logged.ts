import { isFile, isServer } from "../deliveries.ts";
import { isOn } from "../files/postgresql-conf.ts";
import { waysOut } from "../networks.ts";
import { definePolicy } from "../policy.ts";
import { POSTGRES, postgresSettings } from "../postgres.ts";

/**
 * After a break-in the first question is who was connected, and from where. On an internal network the stack itself
 * says who can be.
 */
export const sessionsAreLogged = definePolicy({
  id: "PGS-012",
  severity: "low",
  title: "PostgreSQL logs who connects, where others than its neighbours can",
  allowed: "log_connections and log_disconnections on, or none but internal bridge networks",
  fix: "set log_connections and log_disconnections to on",
  source: "PostgreSQL documentation, runtime-config-logging",
  looksAt: POSTGRES,
  where: isServer("postgres"),
  check: (resource, stack) => {
    const settings = postgresSettings(resource, stack);
    const missing = ["log_connections", "log_disconnections"].flatMap((name) =>
      settings.must(name, (value) => isOn(value) || /authorization|all/.test(value)),
    );
    if (missing.length === 0) return [];
    if (isFile(resource)) return missing;
    const ways = waysOut(resource, stack);
    return ways.length === 0 ? [] : [...missing, ...ways];
  },
});
