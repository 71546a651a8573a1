import { isServer } from "../facts/deliveries.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { definePolicy } from "../policy.ts";

export const addressesAreStated = definePolicy({
  id: "PGS-010",
  severity: "low",
  title: "it is stated on which addresses PostgreSQL listens",
  why: "The image writes `*` into the data directory once; an address that is not stated is the one that the first start left there.",
  avoid: `image: postgres:17
command: postgres -c max_connections=100`,
  prefer: `image: postgres:17
command: postgres -c listen_addresses='*'`,
  allowed: "listen_addresses, in postgresql.conf or in the command",
  fix: "set listen_addresses: '*' where networks confine it, '' for the socket alone",
  source: "PostgreSQL documentation, runtime-config-connection",
  looksAt: POSTGRES,
  where: isServer("postgres"),
  check: (resource, stack) => postgresSettings(resource, stack).must("listen_addresses", () => true),
});
