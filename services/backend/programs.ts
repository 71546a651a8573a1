import type { Application, Program } from "../application/program.ts";
import {
  ALARM_TOPICS,
  type Given,
  isReferenceKind,
  referenceMigration,
  referenceRoles,
  referenceSettings,
  STATUS_TOPICS,
} from "../application/reference.ts";
import { MIGRATE, type Migration, type Role } from "../application/settings.ts";
import type { BrokerRights } from "../definition.ts";
import type { Configured } from "../deployment.ts";
import { BACKEND_USER } from "../mosquitto/definition.ts";
import { ownUser } from "../mosquitto/own-user.ts";
import { databaseUser } from "../postgres/definition.ts";
import { ownKeys } from "../redis/definition.ts";

const ONE_ROLE: Role = { name: "api", replicas: 1, publish: true, environment: {}, secrets: {}, files: {} };

const STORES = ["mosquitto", "postgres", "redis"];

/** The migration and the roles of the backend: of the reference application where it is not one's own. */
export function backendPrograms(deployment: Configured): readonly Program[] {
  const { backend } = deployment;
  if (!backend.enabled) return [];
  const own = backend.image !== undefined || backend.build !== undefined;
  const roles = backend.roles ?? (own ? [ONE_ROLE] : referenceRoles);
  const migration = backend.migrate ?? (own ? undefined : referenceMigration);
  const base = own ? ownSettings(deployment) : shippedSettings(deployment, roles);
  const { topics } = deployment;
  const shared: BrokerRights = {
    user: BACKEND_USER,
    publish: own ? [topics.status] : [topics.status, ALARM_TOPICS],
    subscribe: own ? [topics.readings] : [topics.readings, STATUS_TOPICS],
  };
  const given = (asked: Asked, at: string, kind?: string) =>
    laidOver(base(kind), asked, at, deployment, shared);
  return [
    ...(migration === undefined
      ? []
      : [migrationOf(migration, given(migration, "backend.migrate", MIGRATE))]),
    ...roles.map((role, index) =>
      roleOf(role, given(role, `backend.roles.${index}`, kindOf(role)), migration !== undefined),
    ),
  ];
}

type GivenProgram = Omit<
  Program,
  "name" | "job" | "replicas" | "command" | "alias" | "health" | "listener" | "after" | "ids"
>;

const migrationOf = ({ command }: Migration, given: GivenProgram): Program => ({
  ...given,
  name: MIGRATE,
  job: true,
  replicas: 1,
  command,
  alias: MIGRATE,
  after: STORES,
  ids: { container: "Migrate", files: `Files-${MIGRATE}` },
});

const roleOf = (role: Role, given: GivenProgram, migrated: boolean): Program => ({
  ...given,
  name: role.name,
  job: false,
  replicas: role.replicas,
  command: role.command,
  networks: [...(role.publish ? (["edge"] as const) : []), ...given.networks],
  // The published role is what others call "backend"; the rest answer at their own name.
  alias: role.publish ? "backend" : role.name,
  health: role.health,
  ...(role.publish ? { listener: "backend" } : {}),
  after: [...STORES, ...(migrated ? [MIGRATE] : [])],
  ids: { container: role.name, files: `Files-${role.name}` },
});

/** The settings of a role or the migration itself. */
type Asked = Pick<Role, "environment" | "secrets" | "files" | "limits" | "networks"> &
  Partial<Pick<Role, "name" | "mqtt">>;

/** The settings of a program, over those of all programs of the backend, over those of its kind. */
function laidOver(
  base: Given,
  asked: Asked,
  at: string,
  { backend }: Configured,
  shared: BrokerRights,
): GivenProgram {
  const wanted = asked.networks ?? base.networks;
  return {
    application: "backend",
    of: applicationOf(backend),
    at,
    environment: { ...base.environment, ...backend.environment, ...asked.environment },
    secrets: { ...base.secrets, ...backend.secrets, ...asked.secrets },
    files: { ...base.files, ...backend.files, ...asked.files },
    limits: {
      memoryMiB: asked.limits?.memoryMiB ?? backend.limits.memoryMiB,
      cpus: asked.limits?.cpus ?? backend.limits.cpus,
      pids: asked.limits?.pids ?? backend.limits.pids,
    },
    limitsAt: asked.limits?.memoryMiB === undefined ? "backend.limits" : `${at}.limits`,
    networks: (["broker", "data"] as const).filter((name) => wanted.includes(name)),
    rights: {
      ...base.rights,
      mosquitto:
        asked.mqtt === undefined || asked.name === undefined ? shared : ownUser(asked.name, asked.mqtt),
    },
  };
}

const applicationOf = (backend: Configured["backend"]): Application => ({
  ...backend,
  name: "backend",
  at: "backend",
});

/** Which program of the reference application a role runs: its command says it, and the image's own is `api`. */
const kindOf = ({ command }: Role): string | undefined => {
  const kind = command?.at(-1) ?? "api";
  return isReferenceKind(kind) ? kind : undefined;
};

/** By kind of program. */
type Base = (kind: string | undefined) => Given;

function shippedSettings(deployment: Configured, roles: readonly Role[]): Base {
  const users = (wanted: string) =>
    roles
      .filter((role) => kindOf(role) === wanted)
      .map(({ name }) => databaseUser(deployment.postgres.user, name))
      .join(",");
  const granted = { api: users("api"), ingest: users("ingest") };
  return (kind) => referenceSettings(kind, granted, deployment);
}

const ownSettings =
  ({ redis }: Configured): Base =>
  (kind) => ({
    environment: {},
    secrets: {},
    files: {},
    networks: ["broker", "data"],
    rights: { postgres: kind === MIGRATE ? "owner" : "rows", redis: ownKeys(redis.keyPrefix) },
  });
