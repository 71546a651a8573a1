import { splitReferences } from "../core/references.ts";
import type { Backend, Rights } from "./application/given.ts";
import { MIGRATE } from "./application/settings.ts";
import type { Login, ServiceDefinition } from "./definition.ts";
import type { ParsedDeployment } from "./deployment.ts";
import { referents } from "./references.ts";
import { definitions } from "./registry.ts";

/** A role at a store, with what it may do there. */
export interface StoreLogin<R> extends Login {
  /** Of the backend. */
  readonly role: string;
  readonly rights: R;
}

interface Whole extends Omit<ParsedDeployment, "hosts" | "backend"> {
  readonly hosts?: readonly string[];
  readonly backend: Backend;
}

/**
 * Who logs in at PostgreSQL: the roles whose secrets name the password, and nobody else. Where no migration logs in,
 * nobody else could make tables, so that each role acts as their owner.
 */
export function databaseLogins(deployment: Whole): readonly StoreLogin<Rights["database"]>[] {
  const logins = loginsAt(deployment, "postgres");
  const migrated = logins.some(({ role }) => role === MIGRATE);
  return logins.map(({ rights: { database }, ...login }) => ({
    ...login,
    rights: database === "rows" && !migrated ? "owner" : database,
  }));
}

/** Who logs in at Redis: the roles whose secrets name the password. */
export const redisLogins = (deployment: Whole): readonly StoreLogin<string>[] =>
  loginsAt(deployment, "redis").map(({ rights: { redis }, ...login }) => ({ ...login, rights: redis }));

function loginsAt(deployment: Whole, service: "postgres" | "redis"): readonly StoreLogin<Rights>[] {
  const { enabled, migrate, roles } = deployment.backend;
  if (!enabled) return [];
  const programs = [...(migrate === undefined ? [] : [{ ...migrate, name: MIGRATE }]), ...roles];
  return programs.flatMap(({ name, secrets, rights }) => {
    const login: Login | undefined = (definitions[service] as ServiceDefinition).login?.(
      deployment[service],
      name,
    );
    const known = referents(deployment, name);
    const logsIn = Object.values(secrets)
      .flatMap(({ value }) => splitReferences(value, known))
      .some((part) => typeof part === "object" && "secret" in part && part.secret === login?.secret);
    return login !== undefined && logsIn ? [{ ...login, role: name, rights }] : [];
  });
}
