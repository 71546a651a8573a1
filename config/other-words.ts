/** Names of other tools for a thing, and how a site file says it. */
interface OtherWord {
  /** In small letters, without dashes and underscores. */
  readonly words: readonly string[];

  /** The mappings in which the word is looked for. */
  readonly at: RegExp;

  readonly fix: string;
}

const TOP = /^$/;
const STORE = /^(postgres|redis|mosquitto)$/;
const DATABASES = /^(postgres|redis)$/;
const APPLICATION = /^(backend|frontend|services\.[^.]+)$/;
const PROGRAM = /^(backend(\.roles\.\d+|\.migrate)?|frontend|services\.[^.]+)$/;
const SERVICE = /^(backend(\.roles\.\d+|\.migrate)?|frontend|services\.[^.]+|postgres|redis|mosquitto|edge)$/;
const HEALTH = /\.health$/;
const USER = /^mosquitto\.users\.\d+$/;

const HOSTS = "write hosts: [iot.example.org] at the top";
const OWN_CERTIFICATE =
  "write tls: { certificate: { source: files, certificate: chain.pem, key: key.pem } } at the top";
const ACME = "write tls: { certificate: { source: acme, email: ops@example.org } } at the top";
const PORTS = ["ports", "expose", "published", "publish", "hostport"];
const REPLICAS = ["replicas", "scale", "instances"];
const HARDENED = "remove it: every container is hardened";

/** Compose, Docker, Kubernetes, Mosquitto, PostgreSQL and common proxies. The first that fits is told. */
const otherWords: readonly OtherWord[] = [
  {
    words: ["env", "envs", "envvars", "variables", "vars"],
    at: PROGRAM,
    fix: "write environment: { NAME: value }",
  },
  {
    words: ["envfile"],
    at: PROGRAM,
    fix: 'write its lines as environment: { NAME: value }, and passwords as secrets: { NAME: { value: "{secret.NAME}" } }',
  },
  {
    words: ["env", "environment", "envfile"],
    at: STORE,
    fix: "remove it: the kit configures this service itself",
  },
  {
    words: ["memory", "mem", "memlimit", "memorylimit", "memreservation", "memswaplimit", "ram"],
    at: SERVICE,
    fix: "write limits: { memoryMiB: 256 }",
  },
  {
    words: ["cpu", "cpus", "cpulimit", "cpucount", "cpuquota", "cpushares"],
    at: SERVICE,
    fix: "write limits: { cpus: 1 }",
  },
  {
    words: ["url", "uri", "endpoint", "httpget"],
    at: HEALTH,
    fix: "write path: /healthz; it is asked at the port of the service",
  },
  { words: ["pids", "pidslimit"], at: SERVICE, fix: "write limits: { pids: 64 }" },
  { words: ["resources", "deploy"], at: SERVICE, fix: "write limits: { memoryMiB: 256, cpus: 1 }" },
  {
    words: PORTS,
    at: /^(backend|frontend)$/,
    fix: "write port for the one inside the container; the one on the host is listeners: { NAME: { port: … } } at the top",
  },
  {
    words: [...PORTS, "port", "listener", "listeners"],
    at: /^mosquitto$/,
    fix: "write listeners: { mqtt: { port: 1883 } } at the top, mqtts for the one with TLS",
  },
  {
    words: [...PORTS, "port"],
    at: DATABASES,
    fix: "remove it: no port of a database is opened on the host; exploreiot exec and psql reach it",
  },
  {
    words: PORTS,
    at: /^services\.[^.]+$/,
    fix: "write port: 8080 for the one inside the container, and listener: { port: 8080 } or routes: [{ path: /x }] to open it",
  },
  { words: [...PORTS, "port"], at: TOP, fix: "write listeners: { backend: { port: 8000 } }" },
  {
    words: ["volumes", "volume", "data", "datadir", "storage", "persistence"],
    at: STORE,
    fix: "remove it: its data is kept in a volume of its own",
  },
  {
    words: ["volumes", "secrets", "configs", "files"],
    at: TOP,
    fix: "write it below the program that uses it: backend, frontend or one of services",
  },
  {
    words: ["mounts", "configs", "bindmounts", "binds"],
    at: PROGRAM,
    fix: "write files: { NAME: { from: ./file } }, or volumes: [{ name: data, path: /data }]",
  },
  { words: ["volumes"], at: /^backend\.(roles\.\d+|migrate)$/, fix: "write it below backend" },
  {
    words: ["topics", "topic", "acl", "acls", "rights", "permissions", "access"],
    at: USER,
    fix: 'write publish: ["sensor/+"] and subscribe: ["sensor/+"]',
  },
  { words: ["pub", "write", "canpublish"], at: USER, fix: "write it as publish" },
  { words: ["sub", "read", "cansubscribe"], at: USER, fix: "write it as subscribe" },
  { words: ["username", "user", "login"], at: USER, fix: "write it as name" },
  {
    words: ["password", "passwd", "pass", "secret"],
    at: USER,
    fix: "remove it: the kit makes one, .exploreiot/DEPLOYMENT/secrets/mqtt-NAME-password",
  },
  {
    words: ["acl", "acls", "topics", "aclfile", "passwordfile", "allowanonymous", "username", "password"],
    at: /^mosquitto$/,
    fix: 'write users: [{ name: sensor, publish: ["sensor/+"] }]',
  },
  {
    words: ["password", "passwd", "rootpassword", "postgrespassword", "requirepass", "secret"],
    at: DATABASES,
    fix: "remove it: the kit makes a password for each program, in .exploreiot/DEPLOYMENT/secrets",
  },
  { words: ["db", "dbname", "postgresdb", "databasename"], at: /^postgres$/, fix: "write it as database" },
  { words: ["username", "owner", "postgresuser"], at: /^postgres$/, fix: "write it as user" },
  { words: ["maxmemorypolicy", "eviction"], at: /^redis$/, fix: "write it as memoryPolicy" },
  {
    words: ["image", "build", "tag", "version"],
    at: /^(postgres|redis|mosquitto|edge)$/,
    fix: "remove it: the kit pins the image; images: { registryMirror: … } at the top names another registry",
  },
  {
    words: [
      "config",
      "conf",
      "configuration",
      "configfile",
      "maxconnections",
      "sharedbuffers",
      "workmem",
      "maxmemory",
    ],
    at: STORE,
    fix: "remove it: the kit writes the service's configuration, for the memory that limits.memoryMiB says",
  },
  {
    words: ["domain", "domains", "host", "hostname"],
    at: /^services\.[^.]+$/,
    fix: "write routes: [{ host: app.example.org }]",
  },
  {
    words: [
      "domain",
      "domains",
      "domainname",
      "hostname",
      "host",
      "servername",
      "fqdn",
      "url",
      "publicurl",
      "baseurl",
      "san",
    ],
    at: /^(|tls|tls\.certificate|http|edge|backend|frontend|listeners\..*)$/,
    fix: HOSTS,
  },
  { words: ["acme", "letsencrypt", "email"], at: /^(|tls|edge)$/, fix: ACME },
  {
    words: [
      "cert",
      "crt",
      "certs",
      "certfile",
      "certificate",
      "key",
      "keyfile",
      "chain",
      "fullchain",
      "privkey",
    ],
    at: /^(|tls|edge|http|listeners\.(https|mqtts))$/,
    fix: OWN_CERTIFICATE,
  },
  {
    words: ["enabled", "enable", "port", "https", "ssl", "tls", "mode"],
    at: /^(tls|http)$/,
    fix: "write listeners: { https: {}, mqtts: {} } at the top",
  },
  { words: ["ssl", "https"], at: TOP, fix: "write listeners: { https: {} }" },
  {
    words: ["tls", "ssl"],
    at: /^listeners\./,
    fix: "remove it: the listeners https and mqtts have TLS, the others none",
  },
  {
    words: ["address", "ip", "interface", "listen", "hostip"],
    at: /^(|listeners\..*)$/,
    fix: "write it as bind",
  },
  {
    words: ["command", "entrypoint", "cmd", "args", "run"],
    at: /^backend$/,
    fix: "write roles: [{ name: api, command: [PROGRAM, ARGUMENT], publish: true }]",
  },
  { words: ["entrypoint", "cmd", "args", "run"], at: PROGRAM, fix: "write command: [PROGRAM, ARGUMENT]" },
  {
    words: ["health", "healthcheck", "livenessprobe", "readinessprobe", "probe"],
    at: /^backend$/,
    fix: "write healthPath: /healthz, or health below one of roles",
  },
  {
    words: ["healthcheck", "livenessprobe", "readinessprobe", "probe"],
    at: /^(backend\.roles\.\d+|frontend|services\.[^.]+)$/,
    fix: "write health: { path: /healthz }",
  },
  { words: ["test"], at: /\.health$/, fix: "write path: /healthz, or command: [PROGRAM, ARGUMENT]" },
  {
    words: ["interval", "timeout", "startperiod"],
    at: /(^|\.)health$/,
    fix: "write it with its unit: intervalSeconds, timeoutSeconds, startPeriodSeconds",
  },
  { words: REPLICAS, at: /^backend$/, fix: "write replicas below one of roles" },
  {
    words: REPLICAS,
    at: STORE,
    fix: "remove it: one container has the data; a cluster is one of your own, named as outside (docs/outside.md)",
  },
  {
    words: REPLICAS,
    at: SERVICE,
    fix: "remove it: one container of it runs; replicas have roles of the backend alone",
  },
  { words: ["dependson", "links", "requires"], at: /^services\.[^.]+$/, fix: "write after: [NAME]" },
  {
    words: ["dependson", "links", "requires"],
    at: SERVICE,
    fix: "remove it: the kit starts services in their order",
  },
  {
    words: ["restart", "restartpolicy"],
    at: SERVICE,
    fix: "remove it: what ends is started again, but for jobs (job: true)",
  },
  {
    words: ["containername"],
    at: SERVICE,
    fix: "remove it: containers are called after the deployment and the service",
  },
  {
    words: ["privileged", "capadd", "capdrop", "securityopt", "readonly", "usernsmode", "runasuser"],
    at: /^services\.[^.]+$/,
    fix: `${HARDENED}; allow: names the exceptions`,
  },
  {
    words: [
      "privileged",
      "capadd",
      "capdrop",
      "securityopt",
      "readonly",
      "usernsmode",
      "networkmode",
      "pid",
      "ipc",
      "devices",
      "sysctls",
      "ulimits",
      "shmsize",
    ],
    at: SERVICE,
    fix: HARDENED,
  },
  {
    words: ["networks", "network"],
    at: /^(backend|frontend|postgres|redis|mosquitto|edge)$/,
    fix: "remove it: each service joins the networks that it needs; their subnets are networks at the top",
  },
  {
    words: ["logging", "labels", "init", "stopgraceperiod", "platform", "pullpolicy", "workingdir", "tty"],
    at: SERVICE,
    fix: "remove it: the kit sets it",
  },
  { words: ["uid", "runas", "gid"], at: APPLICATION, fix: 'write user: "10001:10001"' },
  { words: ["version"], at: TOP, fix: "remove it" },
  { words: ["deployment", "project", "id", "site"], at: TOP, fix: "write it as name" },
  {
    words: ["env", "stage", "profile", "mode"],
    at: TOP,
    fix: "write environment: local or environment: production",
  },
  {
    words: ["mqtt", "broker"],
    at: TOP,
    fix: "write it as mosquitto, and its port as listeners: { mqtt: { port: 1883 } }",
  },
  { words: ["db", "database", "postgresql", "pg", "timescaledb"], at: TOP, fix: "write it as postgres" },
  { words: ["cache", "valkey"], at: TOP, fix: "write it as redis" },
  { words: ["api", "server", "fastapi"], at: TOP, fix: "write it as backend" },
  { words: ["ui", "web", "page", "nextjs", "dashboard"], at: TOP, fix: "write it as frontend" },
  {
    words: ["proxy", "haproxy", "nginx", "traefik"],
    at: TOP,
    fix: "write it as edge; what it opens is listeners: { https: {} }",
  },
  { words: ["containers", "apps", "extraservices"], at: TOP, fix: "write it as services" },
];

/** A word as it is compared: `MEM_LIMIT`, `mem-limit` and `memLimit` are one. */
export const plainWord = (word: string): string => word.toLowerCase().replaceAll(/[^a-z0-9$]/g, "");

/**
 * How a site file says what another tool calls by a word that is no key here.
 *
 * @param path of the mapping that the word stands in
 */
export function inOwnWords(path: string, word: string): string | undefined {
  const plain = plainWord(word);
  return otherWords.find(({ words, at }) => words.includes(plain) && at.test(path))?.fix;
}
