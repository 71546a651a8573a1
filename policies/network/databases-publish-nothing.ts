import { graded } from "../evidence.ts";
import { aboutPorts } from "../facts/exposure.ts";
import { describe, isOpen, publishedPorts } from "../facts/ports.ts";
import { isDatabase, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const databasesPublishNothing = definePolicy({
  id: "NET-006",
  severity: "critical",
  title: "databases publish no port",
  why: "Open databases are found by scanners within hours; a port of the loopback address is one SSH tunnel, or one other container in the host's namespace, away.",
  avoid: `image: postgres:17
ports: ["5432:5432"]`,
  prefer: `image: postgres:17
networks: [data]`,
  allowed: "no ports",
  fix: "remove ports; use docker exec, or a container on the data network",
  source: "documentation of the postgres, redis, mysql, mongo, elasticsearch and memcached images",
  looksAt: RUNS,
  where: isDatabase,
  check: (resource) => [
    ...aboutPorts(publishedPorts(resource).filter(isOpen), (port) => `${port} is published`),
    ...publishedPorts(resource)
      .filter((port) => !isOpen(port))
      .map((port) => graded("low", `${describe(port)} is published`)),
  ],
});
