import type { ParsedDeployment } from "../deployment.ts";
import { definitions } from "../registry.ts";
import type { Backend, Given, Rights } from "./given.ts";
import { isReferenceKind, referenceMigration, referenceRoles, referenceSettings } from "./reference.ts";
import type { Role } from "./settings.ts";
import { MIGRATE } from "./settings.ts";

const ONE_ROLE: Role = { name: "api", replicas: 1, publish: true, environment: {}, secrets: {} };

/** Gives each role and the migration what it needs, and fills in the reference application where no other is named. */
export function completeBackend({ backend, postgres, redis }: ParsedDeployment): Backend {
  const { environment, secrets, limits, roles, migrate, ...application } = backend;
  const own = backend.image !== undefined || backend.build !== undefined;
  const programs = roles ?? (own ? [ONE_ROLE] : referenceRoles);
  const migration = migrate ?? (own ? undefined : referenceMigration);
  const users = (kind: string) =>
    programs
      .filter((role) => kindOf(role) === kind)
      .map(({ name }) => definitions.postgres.login?.(postgres, name).user)
      .join(",");

  const given = (
    program: Pick<Role, "environment" | "secrets" | "limits" | "networks">,
    at: string,
    kind?: string,
  ): Given => {
    const base = own
      ? ownSettings(kind === MIGRATE ? "owner" : "rows", redis.keyPrefix)
      : referenceSettings(kind, { api: users("api"), ingest: users("ingest") });
    return {
      environment: { ...base.environment, ...environment, ...program.environment },
      secrets: { ...base.secrets, ...secrets, ...program.secrets },
      limits: {
        memoryMiB: program.limits?.memoryMiB ?? limits.memoryMiB,
        cpus: program.limits?.cpus ?? limits.cpus,
        pids: program.limits?.pids ?? limits.pids,
      },
      limitsAt: program.limits?.memoryMiB === undefined ? "backend.limits" : `${at}.limits`,
      networks: program.networks ?? base.networks,
      rights: base.rights,
    };
  };
  return {
    ...application,
    roles: programs.map((role, index) => ({
      ...role,
      ...given(role, `backend.roles.${index}`, kindOf(role)),
    })),
    ...(migration === undefined
      ? {}
      : { migrate: { ...migration, ...given(migration, "backend.migrate", MIGRATE) } }),
  };
}

/** Which program of the reference application a role runs: its command says it, and the image's own is `api`. */
const kindOf = ({ command }: Role): string | undefined => {
  const kind = command?.at(-1) ?? "api";
  return isReferenceKind(kind) ? kind : undefined;
};

const ownSettings = (
  database: Rights["database"],
  keyPrefix: string,
): Omit<Given, "limits" | "limitsAt"> => ({
  environment: {},
  secrets: {},
  networks: ["broker", "data"],
  rights: { database, redis: `~${keyPrefix}* &${keyPrefix}* +@all -@admin -@dangerous` },
});
