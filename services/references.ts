import { PORT } from "../core/inner-ports.ts";
import type { Referent } from "../core/references.ts";
import { backendUrl, corsOrigins, edgeAddress, hosts } from "./addresses.ts";
import type { Role } from "./application/settings.ts";
import type { ParsedDeployment } from "./deployment.ts";

/** Inside the containers' networks every service answers at its own name. */
export const HOST = {
  postgres: "postgres",
  redis: "redis",
  mosquitto: "mosquitto",
  backend: "backend",
  frontend: "frontend",
  edge: "edge",
  renewer: "renewer",
} as const;

/** What the containers of a role are called: after it, with a number where there are several. */
export const replicaNames = ({ name, replicas }: Pick<Role, "name" | "replicas">): readonly string[] =>
  replicas === 1 ? [name] : Array.from({ length: replicas }, (_, index) => `${name}-${index + 1}`);

/** Name of the file in the secret store that holds an MQTT user's password. */
export const mqttSecret = (user: string) => `mqtt-${user}-password`;

/** The broker's user that belongs to the backend; only roles that name its password are given it. */
export const BACKEND_USER = "backend";

/** The migration's name among the roles. */
export const MIGRATE = "migrate";

/** Who somebody is at a store: a user, and the name of the password in the secret store. */
export interface Login {
  readonly user: string;
  readonly secret: string;
}

/** A role at PostgreSQL. The migration logs in as the owner of the tables; names of roles have no underscores. */
export const databaseLogin = (owner: string, role: string): Login => ({
  user: role === MIGRATE ? owner : `${owner}_${role.replaceAll("-", "_")}`,
  secret: `role-${role}-postgres-password`,
});

/** A role at Redis. */
export const redisLogin = (role: string): Login => ({
  user: `${BACKEND_USER}-${role}`,
  secret: `role-${role}-redis-password`,
});

const brokerLogin: Login = { user: BACKEND_USER, secret: mqttSecret(BACKEND_USER) };

/** What references are made of; a deployment fits before and after its defaults are filled in. */
type Referable = Omit<ParsedDeployment, "hosts" | "backend"> & {
  readonly hosts?: readonly string[] | undefined;
  readonly backend: Pick<ParsedDeployment["backend"], "enabled" | "port" | "pathPrefix">;
};

type Named = readonly [string, Referent];

/**
 * Everything that `environment` and `secrets` of an application may refer to: of services only those that are on.
 *
 * @param role of the backend, as which it logs in at the stores; without one (the frontend) there are no logins
 */
export function referents(deployment: Referable, role?: string): ReadonlyMap<string, Referent> {
  const { postgres, redis, mosquitto, backend, frontend } = deployment;
  return new Map([
    ...ofDeployment(deployment),
    ...(postgres.enabled ? ofPostgres(postgres, role) : []),
    ...(redis.enabled ? ofStore("redis", role && redisLogin(role)) : []),
    ...(mosquitto.enabled ? ofStore("mosquitto", role && brokerLogin) : []),
    ...(backend.enabled ? ofBackend(deployment) : []),
    ...(frontend.enabled ? [["frontend.port", { text: String(frontend.port) }] as const] : []),
  ]);
}

const ofDeployment = (deployment: Referable): readonly Named[] => [
  ["deployment.name", { text: deployment.name }],
  ["topics.readings", { text: deployment.topics.readings }],
  ["topics.status", { text: deployment.topics.status }],
  ["http.hosts", { text: hosts(deployment).join(",") }],
  ["http.corsOrigins", { text: corsOrigins(deployment).join(",") }],
  ["http.rateLimitPerMinute", { text: String(deployment.http.rateLimitPerMinute) }],
  ["edge.address", { text: edgeAddress(deployment) ?? "" }],
  ["http.openWrites", { text: String(deployment.http.openWrites ?? deployment.environment === "local") }],
];

const ofPostgres = ({ database, user }: Referable["postgres"], role?: string): readonly Named[] => [
  ["postgres.database", { text: database }],
  ...ofStore("postgres", role && databaseLogin(user, role)),
];

const ofStore = (
  service: "postgres" | "redis" | "mosquitto",
  login: Login | "" | undefined,
): readonly Named[] => [
  [`${service}.host`, { text: HOST[service] }],
  [`${service}.port`, { text: String(PORT[service]) }],
  ...(login
    ? ([
        [`${service}.user`, { text: login.user }],
        [`${service}.password`, { secret: login.secret }],
      ] as const)
    : []),
];

function ofBackend(deployment: Referable): readonly Named[] {
  const { port, pathPrefix } = deployment.backend;
  return [
    ["backend.host", { text: HOST.backend }],
    ["backend.port", { text: String(port) }],
    ["backend.internalUrl", { text: `http://${HOST.backend}:${port}` }],
    ["backend.publicUrl", { text: backendUrl(deployment) }],
    ["backend.pathPrefix", { text: pathPrefix }],
    ["backend.apiKey", { secret: "backend-api-key" }],
  ];
}

/** One container of a role, as its environment may refer to it. */
export interface RoleIdentity {
  /** The container's own: `ingest`, or `ingest-2` where there are replicas. */
  readonly name: string;

  /** The role's name where there are replicas that share its work; empty for a single one. */
  readonly group: string;
}

/** `{role.name}` and `{role.group}`: what differs between the containers of one application. */
export const roleReferents = ({ name, group }: RoleIdentity): readonly [string, Referent][] => [
  ["role.name", { text: name }],
  ["role.group", { text: group }],
];
