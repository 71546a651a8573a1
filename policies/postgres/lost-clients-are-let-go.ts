import { isServer } from "../facts/deliveries.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { definePolicy } from "../policy.ts";

const isNotZero = (value: string) => Number.parseFloat(value) > 0;

export const lostClientsAreLetGo = definePolicy({
  id: "PGS-015",
  severity: "low",
  title: "PostgreSQL notices clients that are gone",
  why: "A client whose machine is gone keeps its connection for two hours, and its query runs to the end: a few crashes use up max_connections.",
  avoid: `image: postgres:17
command: postgres -c tcp_keepalives_idle=0`,
  prefer: `image: postgres:17
command: postgres -c tcp_keepalives_idle=60 -c client_connection_check_interval=10s`,
  allowed: "tcp_keepalives_idle and client_connection_check_interval above 0",
  fix: "set tcp_keepalives_idle = 60 and client_connection_check_interval = '10s' in postgresql.conf",
  source: "PostgreSQL documentation, runtime-config-connection",
  enforcedIn: ["production"],
  looksAt: POSTGRES,
  where: isServer("postgres"),
  check: (resource, stack) => {
    const settings = postgresSettings(resource, stack);
    return ["tcp_keepalives_idle", "client_connection_check_interval"].flatMap((name) =>
      settings.must(name, isNotZero),
    );
  },
});
