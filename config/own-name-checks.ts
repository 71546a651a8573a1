import { databaseName } from "../core/formats.ts";
import type { Problem } from "../core/problems.ts";
import { withValues } from "../core/with-values.ts";
import { programsOf } from "../services/application/programs.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { inSql } from "../services/postgres/definition.ts";
import { replicaNames } from "../services/references.ts";
import { listeners } from "../services/registry.ts";
import { isReserved } from "./application-checks.ts";
import { eachOf } from "./own-service-checks.ts";
import { ROOTS } from "./text-checks.ts";

/** Users that stores have themselves. */
const STORE_USERS = ["default", "health"];

/** A service is called after its name everywhere: as a container, a host, a user at each store, a database. */
export function ownNamesAreFree(deployment: ParsedDeployment): readonly Problem[] {
  const { services, mosquitto, postgres } = deployment;
  const roles = programsOf(withValues(deployment, { services: {} })).flatMap((program) => [
    program.alias,
    ...replicaNames(program),
  ]);
  const taken = new Set([
    ...[...STORE_USERS, ...ROOTS, ...roles],
    ...listeners.map((listener) => listener.name as string),
  ]);
  return eachOf(services, ({ mqtt, database }, path, name) => {
    const refused = (got: unknown, allowed: string) => [{ path, got, allowed, fix: "rename the service" }];
    if (taken.has(name) || isReserved(name))
      return refused(name, "a name that no service, role, listener and container of the deployment has");
    const user = mosquitto.users.find((user) => user.name.toLowerCase() === name);
    if (mqtt !== undefined && user !== undefined)
      return refused(
        name,
        `a name apart from mosquitto.users (${user.name}), since it is a user there as well`,
      );
    if (database !== "own") return [];
    const sql = inSql(name);
    return databaseName.safeParse(sql).success && sql !== postgres.database
      ? []
      : refused(
          sql,
          `a name for its database that is not postgres.database, and no word that PostgreSQL has itself`,
        );
  });
}
