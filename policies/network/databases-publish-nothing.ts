import { describe, publishedPorts } from "../facts/ports.ts";
import { isDatabase, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/**
 * Open databases are found by scanners within hours; a port of the loopback address is one SSH tunnel, or one
 * other container in the host's namespace, away.
 */
export const databasesPublishNothing = definePolicy({
  id: "NET-006",
  severity: "critical",
  title: "PostgreSQL and Redis publish no port",
  allowed: "no ports",
  fix: "remove ports; use docker exec, or a container on the data network",
  source: "documentation of the postgres and redis images",
  looksAt: RUNS,
  where: isDatabase,
  check: (resource) => publishedPorts(resource).map((port) => `${describe(port)} is published`),
});
