import { rememberedText } from "./remembered.ts";

/** Purposes of a container, as far as rules ask. A `store` keeps the data of others and is none of the first four. */
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
  "backup",
  "job",
] as const;

export type Kind = (typeof KINDS)[number];

/**
 * Stores with rules of their own. Names here and below are whole names of repositories, no matter who publishes them: a
 * fork keeps the name, an exporter, a web page or a backup job adds a word to it and is something else.
 */
const STORES = {
  mongodb: /^mongo(db)?(-community-server|-enterprise-server)?$/,
  influxdb: /^influxdb(3-core|3-enterprise)?$/,
  elasticsearch: /^elasticsearch(-oss)?$/,
  opensearch: /^opensearch$/,
  qdrant: /^qdrant$/,
  rabbitmq: /^rabbitmq$/,
  memcached: /^memcached$/,
  cassandra: /^(cassandra|scylla)$/,
  clickhouse: /^clickhouse(-server)?$/,
  cockroachdb: /^cockroach$/,
  couchdb: /^couchdb$/,
  neo4j: /^neo4j$/,
  surrealdb: /^surrealdb$/,
  weaviate: /^weaviate$/,
} as const;

/** Pages and proxies with rules of their own. */
const TOOLS = {
  grafana: /^grafana(-oss|-enterprise)?$/,
  traefik: /^traefik$/,
  "node-red": /^node-red(-docker)?$/,
} as const;

/** Which program an image holds, where its kind says too little. */
export type Product = keyof typeof STORES | keyof typeof TOOLS;

const nameOf = (repository: string) => repository.slice(repository.lastIndexOf("/") + 1);

export const productOfImage = rememberedText((repository): Product | undefined => {
  const name = nameOf(repository);
  return (Object.entries({ ...STORES, ...TOOLS }) as [Product, RegExp][]).find(([, pattern]) =>
    pattern.test(name),
  )?.[0];
});

const REPOSITORIES: readonly (readonly [RegExp, Kind])[] = [
  [/^(eclipse-|go-)?mosquitto(-go-auth)?$/, "mosquitto"],
  [
    /^(postgres(ql)?([-_]?\d+)?|postgresql-repmgr|timescaledb(-ha)?|postgis|pgvector|pgvecto-rs|vchord-postgres|pgroonga|citus|paradedb|crunchy-postgres(-gis)?|spilo(-\d+)?)$/,
    "postgres",
  ],
  [/^(redis(-cluster|-stack|-stack-server)?|valkey(-cluster|-bundle)?|keydb|dragonfly)([-_]?\d+)?$/, "redis"],
  [/^(mysql(-server|-community-server)?|mariadb(-galera)?|percona(-server|-xtradb-cluster)?)$/, "mysql"],
  [/^(etcd|rethinkdb|arangodb|questdb|milvus)$/, "store"],
  [
    /^(haproxy(-alpine)?|nginx(-unprivileged|-proxy|-proxy-manager)?|openresty|swag|traefik|caddy(-docker-proxy)?|envoy)$/,
    "edge",
  ],
];

/** The kit's own images, by the whole of their names: `backend` and `edge` are names that anybody gives. */
const OWN = /^exploreiot\/(mosquitto|postgres|redis|backend|frontend|edge|firewall|renewer|backup)$/;

/**
 * The content of an image, by the name of its repository.
 *
 * @param repository `library/postgres`, without registry, tag and digest
 */
export const kindOfImage = rememberedText((repository): Kind | undefined => {
  const own = OWN.exec(repository)?.[1];
  if (own !== undefined) return KINDS.find((kind) => kind === own);
  const name = nameOf(repository);
  if (repository === "mssql/server" || Object.values(STORES).some((pattern) => pattern.test(name)))
    return "store";
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
  influxd: "store",
  haproxy: "edge",
  nginx: "edge",
  traefik: "edge",
  caddy: "edge",
};

/** Those of them with rules of their own, where an image with another name runs them. */
const PROGRAMS: Readonly<Record<string, Product>> = {
  mongod: "mongodb",
  memcached: "memcached",
  "rabbitmq-server": "rabbitmq",
  influxd: "influxdb",
  traefik: "traefik",
  "grafana-server": "grafana",
  "node-red": "node-red",
};

/** Programs that come in the same images, ask a server and end, or do so again and again. */
const CLIENTS =
  /^(psql|pg_(dump|dumpall|restore|isready|basebackup|receivewal)|pgbench|vacuumdb|(redis|valkey|keydb)-(cli|benchmark)|mosquitto_(pub|sub|rr|passwd|ctrl)|mysql(dump|admin|check)?|mariadb(-dump|-admin|-backup)?|mongo(sh|dump|restore|export|import)?|influx|clickhouse-client|crond?|supercronic|sleep|tail)$/;

/** The program that the words of a command run: the kind of a server, `client`, or undefined where they name neither. */
export function kindOfCommand(words: readonly string[]): Kind | "client" | undefined {
  const programs = words.map((word) => word.slice(word.lastIndexOf("/") + 1));
  const server = programs.find((name) => Object.hasOwn(SERVERS, name));
  if (server !== undefined) return SERVERS[server];
  return programs.some((name) => CLIENTS.test(name)) ? "client" : undefined;
}

/** The product whose server the words of a command run. */
export const productOfCommand = (words: readonly string[]): Product | undefined => {
  const program = words.map(nameOf).find((name) => Object.hasOwn(PROGRAMS, name));
  return program === undefined ? undefined : PROGRAMS[program];
};
