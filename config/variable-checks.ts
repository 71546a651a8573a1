import type { Problem } from "./problems.ts";
import { referenceBackend, referenceFrontend } from "./reference-application.ts";
import type { ParsedDeployment } from "./schema.ts";

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
export function variablesAreSetOnce({ backend, frontend, postgres }: ParsedDeployment): readonly Problem[] {
  const database = new Map(
    postgres.enabled && postgres.tls
      ? ["PGSSLMODE", "PGSSLROOTCERT"].map((name) => [name, "postgres.tls"])
      : [],
  );
  const ofBackend = new Map([
    ...givenBy({ ...shippedSecrets(backend, referenceBackend), ...backend.secrets }),
    ...database,
  ]);
  const ofFrontend = givenBy({ ...shippedSecrets(frontend, referenceFrontend), ...frontend.secrets });
  return [
    ...taken("backend", backend.environment, ofBackend),
    ...taken("frontend", frontend.environment, ofFrontend),
  ];
}

const shippedSecrets = (
  { image, build }: Pick<ParsedDeployment["frontend"], "image" | "build">,
  { secrets }: { readonly secrets: Secrets },
): Secrets => (image === undefined && build === undefined ? secrets : {});

const taken = (
  service: string,
  environment: Readonly<Record<string, string>>,
  given: ReadonlyMap<string, string>,
): readonly Problem[] =>
  Object.entries(environment).flatMap(([name, got]) => {
    const owner = given.get(name);
    if (owner === undefined) return [];
    const allowed = `a variable that the kit does not set itself; this one is set for ${owner}`;
    return [
      { path: `${service}.environment.${name}`, got, allowed, fix: "remove it, or rename one of them" },
    ];
  });
