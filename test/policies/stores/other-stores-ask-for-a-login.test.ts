import { otherStoresAskForALogin } from "../../../policies/stores/other-stores-ask-for-a-login.ts";
import { judges } from "../judging.ts";
import { OPEN_PORT, UNSEEN } from "../programs.ts";

const open = OPEN_PORT(1234);

judges(otherStoresAskForALogin, "STO-007", {
  rejects: [
    {
      name: "Cassandra as it comes",
      given: { image: "cassandra:5", ...open },
      evidence: ["no authenticator is set, and it has none by default"],
    },
    {
      name: "Cassandra with a file that is not known here",
      given: { image: "cassandra:5", ...UNSEEN("/etc/cassandra") },
      evidence: ["cannot be judged: /etc/cassandra/cassandra.yaml: its text is not known here"],
    },
    {
      name: "ClickHouse without its first step",
      given: { image: "clickhouse/clickhouse-server:25.1", env: ["CLICKHOUSE_SKIP_USER_SETUP=1"], ...open },
      evidence: ["CLICKHOUSE_SKIP_USER_SETUP leaves the default user without a password"],
    },
    {
      name: "CockroachDB without security",
      given: { image: "cockroachdb/cockroach:v24.3", command: ["start-single-node", "--insecure"], ...open },
      evidence: ["--insecure turns logins and TLS off"],
    },
    {
      name: "an old CouchDB without an administrator",
      given: { image: "couchdb:2.3", ...open },
      evidence: ["COUCHDB_USER is not set, and before version 3 everybody is then an administrator"],
    },
    {
      name: "Neo4j without a login, for its networks",
      given: { image: "neo4j:5", env: ["NEO4J_AUTH=none"] },
      evidence: [{ severity: "medium", text: "NEO4J_AUTH is none" }],
    },
    {
      name: "Qdrant without a key",
      given: { image: "qdrant/qdrant:v1.13.2", ...open },
      evidence: ["QDRANT__SERVICE__API_KEY is not set"],
    },
    {
      name: "SurrealDB for everybody",
      given: { image: "surrealdb/surrealdb:v2", command: ["start", "--unauthenticated"], ...open },
      evidence: ["--unauthenticated lets everybody in"],
    },
    {
      name: "Weaviate for visitors",
      given: {
        image: "semitechnologies/weaviate:1.28",
        env: ["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=true"],
        ...open,
      },
      evidence: ["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED lets everybody in"],
    },
    {
      name: "a switch that is known only at apply",
      given: { image: "neo4j:5", env: ["NEO4J_AUTH=${var.auth}"] },
      evidence: ["NEO4J_AUTH is known only at apply"],
    },
  ],
  accepts: [
    {
      name: "Cassandra with a password",
      given: { image: "bitnami/cassandra:5", env: ["CASSANDRA_PASSWORD=${var.p}"] },
    },
    { name: "ClickHouse as it comes", given: { image: "clickhouse/clickhouse-server:25.1" } },
    {
      name: "CockroachDB with certificates",
      given: { image: "cockroachdb/cockroach:v24.3", command: ["start", "--certs-dir=/c"] },
    },
    { name: "CouchDB from version 3 on", given: { image: "couchdb:3.4" } },
    { name: "Neo4j with a file", given: { image: "neo4j:5", env: ["NEO4J_AUTH_FILE=/run/secrets/neo4j"] } },
    {
      name: "Qdrant with a key",
      given: { image: "qdrant/qdrant:v1.13.2", env: ["QDRANT__SERVICE__API_KEY=${var.k}"] },
    },
    { name: "SurrealDB", given: { image: "surrealdb/surrealdb:v2", command: ["start"] } },
    {
      name: "Weaviate without visitors",
      given: {
        image: "semitechnologies/weaviate:1.28",
        env: ["AUTHENTICATION_ANONYMOUS_ACCESS_ENABLED=false"],
      },
    },
    { name: "a store with a rule of its own", given: { image: "mongo:8" }, examined: 0 },
  ],
});
