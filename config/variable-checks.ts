import type { Problem } from "../core/problems.ts";
import { referenceFrontend } from "../services/application/reference.ts";
import { completeBackend } from "../services/application/roles.ts";
import type { ParsedDeployment } from "../services/deployment.ts";

type Secrets = ParsedDeployment["frontend"]["secrets"];

/** The variables by which the kit hands something over itself, with what each is for. */
function givenBy(secrets: Secrets): ReadonlyMap<string, string> {
  const all = Object.entries(secrets);
  return new Map([
    ...all.map(([name, { as }]) => [as === "file" ? `${name}_FILE` : name, `the secret ${name}`] as const),
    ...(all.some(([, { as }]) => as === "variable")
      ? [["SECRET_VARIABLES", "secrets as variables"] as const]
      : []),
  ]);
}

/** A variable that the kit sets would win without a word over one that the site file sets. */
export function variablesAreSetOnce(deployment: ParsedDeployment): readonly Problem[] {
  const { backend, frontend, postgres } = deployment;
  const database = new Map(
    postgres.enabled && postgres.tls
      ? ["PGSSLMODE", "PGSSLROOTCERT"].map((name) => [name, "postgres.tls"])
      : [],
  );
  const { roles, migrate } = completeBackend(deployment);
  const ofRoles = roles.map(({ secrets }) => new Map([...givenBy(secrets), ...database]));
  const ofMigration = new Map([...givenBy(migrate?.secrets ?? {}), ...database]);
  const own = frontend.image !== undefined || frontend.build !== undefined;
  const ofFrontend = givenBy({ ...(own ? {} : referenceFrontend.secrets), ...frontend.secrets });
  const shared = new Map([...ofMigration, ...ofRoles.flatMap((given) => [...given])]);
  return [
    ...taken("backend", backend.environment, shared),
    ...(backend.roles ?? []).flatMap(({ environment }, index) =>
      taken(`backend.roles.${index}`, environment, ofRoles[index] ?? database),
    ),
    ...taken("backend.migrate", backend.migrate?.environment ?? {}, ofMigration),
    ...taken("frontend", frontend.environment, ofFrontend),
  ];
}

const taken = (
  owner: string,
  environment: Readonly<Record<string, string>>,
  given: ReadonlyMap<string, string>,
): readonly Problem[] =>
  Object.entries(environment).flatMap(([name, got]) => {
    const purpose = given.get(name);
    if (purpose === undefined) return [];
    const allowed = `a variable that the kit does not set itself; this one is set for ${purpose}`;
    return [{ path: `${owner}.environment.${name}`, got, allowed, fix: "remove it, or rename one of them" }];
  });
