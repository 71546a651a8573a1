import { rememberedText } from "./remembered.ts";

/** What a container is there for, as far as rules ask. A `store` keeps the data of others and is none of the first four. */
export const KINDS = [
  "mosquitto",
  "postgres",
  "redis",
  "mysql",
  "store",
  "backend",
  "frontend",
  "edge",
  "firewall",
  "renewer",
  "job",
] as const;

export type Kind = (typeof KINDS)[number];

/**
 * Whole names of repositories, no matter who publishes them: a fork keeps the name, an exporter, a web page or a backup job
 * adds a word to it and is something else.
 */
const REPOSITORIES: readonly (readonly [RegExp, Kind])[] = [
  [/^(eclipse-|go-)?mosquitto(-go-auth)?$/, "mosquitto"],
  [
    /^(postgres(ql)?([-_]?\d+)?|postgresql-repmgr|timescaledb(-ha)?|postgis|pgvector|pgvecto-rs|vchord-postgres|pgroonga|citus|paradedb|crunchy-postgres(-gis)?|spilo(-\d+)?)$/,
    "postgres",
  ],
  [/^(redis(-cluster|-stack|-stack-server)?|valkey(-cluster|-bundle)?|keydb|dragonfly)([-_]?\d+)?$/, "redis"],
  [/^(mysql(-server|-community-server)?|mariadb(-galera)?|percona(-server|-xtradb-cluster)?)$/, "mysql"],
  [
    /^(mongo(db)?(-community-server)?|elasticsearch(-oss)?|opensearch|influxdb|memcached|rabbitmq|cassandra|scylla|couchdb|clickhouse(-server)?|neo4j|etcd|cockroach|rethinkdb|arangodb|questdb|qdrant|weaviate|milvus|surrealdb)$/,
    "store",
  ],
  [
    /^(haproxy(-alpine)?|nginx(-unprivileged|-proxy|-proxy-manager)?|openresty|swag|traefik|caddy(-docker-proxy)?|envoy)$/,
    "edge",
  ],
];

/** The kit's own images, by the whole of their names: `backend` and `edge` are names that anybody gives. */
const OWN = /^exploreiot\/(mosquitto|postgres|redis|backend|frontend|edge|firewall|renewer)$/;

/**
 * What an image holds, by the name of its repository.
 *
 * @param repository `library/postgres`, without registry, tag and digest
 */
export const kindOfImage = rememberedText((repository): Kind | undefined => {
  const own = OWN.exec(repository)?.[1];
  if (own !== undefined) return KINDS.find((kind) => kind === own);
  const name = repository.slice(repository.lastIndexOf("/") + 1);
  if (repository === "mssql/server") return "store";
  return REPOSITORIES.find(([pattern]) => pattern.test(name))?.[1];
});

/** Where an image of PostgreSQL keeps its data if not where the official one does. */
export function postgresFolder(repository: string): string | undefined {
  if (/^bitnami(legacy)?\//.test(repository)) return "/bitnami/postgresql";
  return /\/(timescaledb-ha|spilo(-\d+)?)$/.test(repository) ? "/home/postgres/pgdata" : undefined;
}

/** They make tunnels and routes, which is what NET_ADMIN is for. */
export const isVpn = (repository: string): boolean =>
  /(^|\/)(gluetun|wireguard(-go)?|wg-easy|openvpn(-\w+)?|tailscale|netbird|zerotier(-one|-synology)?|headscale)$/.test(
    repository,
  );

/** Programs that serve, by the name of the file. */
const SERVERS: Readonly<Record<string, Kind>> = {
  mosquitto: "mosquitto",
  postgres: "postgres",
  "redis-server": "redis",
  "valkey-server": "redis",
  "keydb-server": "redis",
  mysqld: "mysql",
  mariadbd: "mysql",
  mongod: "store",
  memcached: "store",
  "rabbitmq-server": "store",
  haproxy: "edge",
  nginx: "edge",
  traefik: "edge",
  caddy: "edge",
};

/** Programs that come in the same images, ask a server and end, or do so again and again. */
const CLIENTS =
  /^(psql|pg_(dump|dumpall|restore|isready|basebackup|receivewal)|pgbench|vacuumdb|(redis|valkey|keydb)-(cli|benchmark)|mosquitto_(pub|sub|rr|passwd|ctrl)|mysql(dump|admin|check)?|mariadb(-dump|-admin|-backup)?|mongo(sh|dump|restore|export|import)?|influx|clickhouse-client|crond?|supercronic|sleep|tail)$/;

/** What the words of a command run: the kind of a server, `client`, or undefined where they name neither. */
export function kindOfCommand(words: readonly string[]): Kind | "client" | undefined {
  const programs = words.map((word) => word.slice(word.lastIndexOf("/") + 1));
  const server = programs.find((name) => Object.hasOwn(SERVERS, name));
  if (server !== undefined) return SERVERS[server];
  return programs.some((name) => CLIENTS.test(name)) ? "client" : undefined;
}
