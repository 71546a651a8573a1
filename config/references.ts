import { PARENT_IMAGES, type ParentImage } from "../core/image-recipe.ts";
import { parseTemplate } from "../core/template.ts";
import { backendUrl, corsOrigins, edgeAddress, hosts } from "./addresses.ts";
import type { Listening } from "./listeners.ts";
import type { ParsedDeployment, Role } from "./schema.ts";

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
export const PORT = {
  postgres: 5432,
  redis: 6379,
  mosquitto: 1883,
  mosquittoTls: 8883,
  edge: 8443,
  edgeMetrics: 8404,
  renewer: 8402,
} as const;

/** Where every container finds its configuration and secrets; mounted read-only. */
export const FILES = "/run/exploreiot";

/** Where a container that is probed over the network finds the program for it; mounted read-only. */
export const PROBE_FOLDER = "/run/exploreiot-probe";

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

/** What a reference stands for: text, the name of a secret in the deployment's secret store, or an image of the kit. */
export type Referent =
  | { readonly text: string }
  | { readonly secret: string }
  | { readonly image: ParentImage };

/** What references are made of; a deployment fits before and after its defaults are filled in. */
type Referable = Omit<ParsedDeployment, "hosts" | "backend"> & {
  readonly hosts?: readonly string[] | undefined;
  readonly backend: Listening["backend"] & Pick<ParsedDeployment["backend"], "port" | "pathPrefix">;
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

/** `{exploreiot/base}` and the like: the kit's images that a Dockerfile of one's own may build on, in `build.args`. */
export const imageReferents = (): readonly [string, Referent][] =>
  PARENT_IMAGES.map((image) => [`exploreiot/${image}`, { image }]);

/** What follows `secret.`: it becomes a part of a file name. */
const SECRET = /^secret\.([A-Za-z0-9][A-Za-z0-9_-]{0,63})$/;

/** What one reference means, or undefined if nothing of that name exists. `{secret.x}` is generated on first use. */
export function resolveReference(name: string, known: ReadonlyMap<string, Referent>): Referent | undefined {
  const own = SECRET.exec(name)?.[1];
  return own === undefined ? known.get(name) : { secret: `own-${own}` };
}

/** A checked template as its plain texts and what its references stand for, in order. */
export function splitReferences(
  template: string,
  known: ReadonlyMap<string, Referent>,
): readonly (string | Referent)[] {
  return parseTemplate(template).map((part) => {
    if (typeof part === "string") return part;
    const referent = "name" in part ? resolveReference(part.name, known) : undefined;
    // The configuration check refuses such templates; passing them on as text would make constants of references.
    if (referent === undefined) throw new Error(`${JSON.stringify(template)} holds ${JSON.stringify(part)}`);
    return referent;
  });
}

/** The text of a referent that everyone may read; the configuration check keeps the others out of such places. */
export function publicText(referent: string | Referent): string {
  if (typeof referent === "string") return referent;
  if ("text" in referent) return referent.text;
  throw new Error(`${JSON.stringify(referent)} may not stand where everyone can read it`);
}
