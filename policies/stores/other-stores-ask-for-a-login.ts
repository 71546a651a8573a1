import type { Resource, StackDocument } from "../document.ts";
import type { Evidence } from "../evidence.ts";
import { isProvided } from "../facts/deliveries.ts";
import { isOff, isOn } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { imageVersion } from "../facts/image-versions.ts";
import type { Product } from "../facts/known-images.ts";
import { TextIsUnknown } from "../facts/parsed-files.ts";
import { byOption, byVariable, whereBad } from "../facts/program-settings.ts";
import { productOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const otherStoresAskForALogin = definePolicy({
  id: "STO-007",
  severity: "critical",
  title: "no store is told to let everybody in",
  why: "Each of these stores has a switch for a first try without users. Left on, everybody who reaches the store reads and changes all of it.",
  avoid: "image: neo4j:5\nenvironment: {NEO4J_AUTH: none}",
  prefer: "image: neo4j:5\nenvironment: {NEO4J_AUTH_FILE: /run/secrets/neo4j}",
  allowed:
    "Cassandra with an authenticator; ClickHouse without CLICKHOUSE_SKIP_USER_SETUP; CockroachDB without --insecure; CouchDB before 3 with COUCHDB_USER; Neo4j without NEO4J_AUTH none; Qdrant with QDRANT__SERVICE__API_KEY; SurrealDB without --unauthenticated; Weaviate without anonymous access",
  fix: "remove the switch, and give the store a user with a password of its own",
  source: "documentation of each store, security or authentication",
  looksAt: RUNS,
  where: (resource, stack) => OPEN[productOf(resource, stack) ?? "grafana"] !== undefined,
  check: (resource, stack) =>
    byExposure([resource], "medium", OPEN[productOf(resource, stack) as Product]?.(resource, stack) ?? []),
});

type Judge = (resource: Resource, stack: StackDocument) => readonly Evidence[];

/** How each of them says that it lets everybody in. */
const OPEN: Readonly<Partial<Record<Product, Judge>>> = {
  cassandra: (resource, stack) =>
    (byOption(resource, "authenticator") ??
    byVariable(resource, "CASSANDRA_PASSWORD", "CASSANDRA_AUTHENTICATOR"))
      ? []
      : unlessGiven(
          "/etc/cassandra/cassandra.yaml",
          "no authenticator is set, and it has none by default",
          resource,
          stack,
        ),
  clickhouse: (resource) =>
    whereBad(
      byVariable(resource, "CLICKHOUSE_SKIP_USER_SETUP"),
      isOn,
      "leaves the default user without a password",
    ),
  cockroachdb: (resource) =>
    whereBad(byOption(resource, "insecure"), (value) => !isOff(value), "turns logins and TLS off"),
  couchdb: (resource, stack) => {
    const version = imageVersion(resource, stack);
    const isOld = !("unknown" in version) && version.major < 3;
    return isOld && byVariable(resource, "COUCHDB_USER") === undefined
      ? ["COUCHDB_USER is not set, and before version 3 everybody is then an administrator"]
      : [];
  },
  neo4j: (resource) => [
    ...whereBad(byVariable(resource, "NEO4J_AUTH"), (value) => value === "none", "is none"),
    ...whereBad(byVariable(resource, "NEO4J_dbms_security_auth__enabled"), isOff, "is off"),
  ],
  qdrant: (resource, stack) =>
    byVariable(resource, "QDRANT__SERVICE__API_KEY", "QDRANT__SERVICE__JWT_RBAC") === undefined
      ? unlessGiven("/qdrant/config/production.yaml", "QDRANT__SERVICE__API_KEY is not set", resource, stack)
      : [],
  surrealdb: (resource) =>
    whereBad(
      byOption(resource, "unauthenticated") ?? byVariable(resource, "SURREAL_UNAUTHENTICATED"),
      (value) => !isOff(value),
      "lets everybody in",
    ),
  weaviate: (resource) =>
    whereBad(byVariable(resource, "AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED"), isOn, "lets everybody in"),
};

/** A file may say what no variable says. */
function unlessGiven(
  path: string,
  evidence: string,
  resource: Resource,
  stack: StackDocument,
): readonly Evidence[] {
  if (isProvided(path, resource, stack)) throw new TextIsUnknown(`${path}: its text is not known here`);
  return [evidence];
}
