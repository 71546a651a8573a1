import type { Referent } from "../core/references.ts";
import type { Listener } from "../site/listeners.ts";
import { rulesOf } from "../site/retention.ts";
import type { SiteSettings } from "../site/settings.ts";
import { backendUrl, corsOrigins, edgeAddress, hosts, publicUrl, type Reachable } from "./addresses.ts";
import type { Role } from "./application/settings.ts";
import { API_KEY, FORMER_API_KEY } from "./backend/definition.ts";
import { httpConnectionsPerSource } from "./connections.ts";
import type { Client, ServiceDefinition } from "./definition.ts";
import { isOn } from "./listeners.ts";
import { definitions, type ServiceName } from "./registry.ts";

/** The names of the containers of a role: after it, with a number where there are several. */
export const replicaNames = ({ name, replicas }: Pick<Role, "name" | "replicas">): readonly string[] =>
  replicas === 1 ? [name] : Array.from({ length: replicas }, (_, index) => `${name}-${index + 1}`);

/** Decides what can be referred to; a deployment fits before and after its defaults are filled in. */
export type Referable = Reachable & Pick<SiteSettings, "topics" | "sensors" | "alarms" | "retention">;

type Named = readonly [string, Referent];

/** Asked of each program of a deployment by several services. */
const known = new WeakMap<Referable, Map<Client | undefined, ReadonlyMap<string, Referent>>>();

/**
 * Everything that an application may refer to: of services only those that are on.
 *
 * @param client the program whose logins at the stores are meant; without one there are no logins
 */
export function referents(deployment: Referable, client?: Client): ReadonlyMap<string, Referent> {
  const ofDeployment = known.get(deployment) ?? new Map<Client | undefined, ReadonlyMap<string, Referent>>();
  known.set(deployment, ofDeployment);
  const found = ofDeployment.get(client) ?? referentsOf(deployment, client);
  ofDeployment.set(client, found);
  return found;
}

function referentsOf(deployment: Referable, client: Client | undefined): ReadonlyMap<string, Referent> {
  return new Map([
    ...ownReferents(deployment),
    ...Object.values<ServiceDefinition>(definitions)
      .filter(({ name }) => isOn(deployment, name as ServiceName))
      .flatMap((definition) => [
        ...ofService(definition, deployment[definition.name as ServiceName], client),
        ...(definition.name === "backend" ? ofBackend(deployment) : []),
        ...(definition.name === "frontend" ? ofFrontend(deployment) : []),
      ]),
  ]);
}

const ownReferents = (deployment: Referable): readonly Named[] => [
  ["deployment.name", { text: deployment.name }],
  ["deployment.sensors", { text: JSON.stringify(deployment.sensors) }],
  ["deployment.silentAfterSeconds", { text: String(deployment.alarms.silentAfterSeconds) }],
  ["deployment.retention", { text: JSON.stringify(rulesOf(deployment.retention)) }],
  ["deployment.alarmWebhook", { text: deployment.alarms.webhook?.url ?? "" }],
  ["topics.readings", { text: deployment.topics.readings }],
  ["topics.status", { text: deployment.topics.status }],
  ["http.hosts", { text: hosts(deployment).join(",") }],
  ["http.corsOrigins", { text: corsOrigins(deployment).join(",") }],
  ["http.rateLimitPerMinute", { text: String(deployment.http.rateLimitPerMinute) }],
  ["edge.address", { text: edgeAddress(deployment) ?? "" }],
  ["http.openWrites", { text: String(deployment.http.openWrites ?? deployment.environment === "local") }],
];

function ofService(
  definition: ServiceDefinition,
  settings: unknown,
  client: Client | undefined,
): readonly Named[] {
  const { name } = definition;
  const login = client === undefined ? undefined : definition.login?.(settings, client);
  return [
    ...Object.entries({ ...definition.references(settings), ...login?.references }).map(
      ([key, text]): Named => [`${name}.${key}`, { text }],
    ),
    ...(login === undefined
      ? []
      : ([
          [`${name}.user`, { text: login.user }],
          [`${name}.password`, { secret: login.secret }],
        ] as const)),
  ];
}

/** These depend on the listeners, so no definition can say them. */
const ofBackend = (deployment: Referable): readonly Named[] => [
  ["backend.publicUrl", { text: backendUrl(deployment) }],
  ["backend.url", { text: publicUrl("backend", deployment) }],
  ["backend.apiKey", { secret: API_KEY }],
  ["backend.formerApiKey", { secret: FORMER_API_KEY }],
  ["backend.connectionsPerSource", { text: perSource(deployment.listeners.backend) }],
];

const ofFrontend = (deployment: Referable): readonly Named[] => [
  ["frontend.url", { text: publicUrl("frontend", deployment) }],
  ["frontend.connectionsPerSource", { text: perSource(deployment.listeners.frontend) }],
];

const perSource = (listener: Pick<Listener, "connectionsPerSource"> | undefined) =>
  String(httpConnectionsPerSource(listener ?? {}));

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
