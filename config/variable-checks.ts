import type { Problem } from "../core/problems.ts";
import { placesIn } from "../services/application/places.ts";
import type { Program } from "../services/application/program.ts";
import { programsOf } from "../services/application/programs.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { outsideOf } from "../services/outside.ts";
import { definitions } from "../services/registry.ts";
import { type Store, stores } from "../services/store-logins.ts";

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
  const programs = programsOf(deployment);
  const given = ({ secrets, rights }: Program) =>
    new Map([
      ...givenBy(secrets),
      ...stores.flatMap((store) => (rights[store] === undefined ? [] : ofTls(store, deployment))),
    ]);
  return placesIn(deployment).flatMap(({ at, environment }) => {
    // The variables that the programs of an application share are laid under those that each of them sets.
    const whose = programs.filter((program) => program.at === at || program.of.at === at);
    return taken(at, environment, new Map(whose.flatMap((program) => [...given(program)])));
  });
}

/** The variable that tells a program to check a store's certificate, and the setting that makes it so. */
function ofTls(store: Store, deployment: ParsedDeployment): readonly (readonly [string, string])[] {
  const { trust } = definitions[store] as ServiceDefinition;
  const { postgres } = deployment;
  const setting =
    outsideOf(deployment, store)?.tls !== undefined
      ? `${store}.outside.tls`
      : store === "postgres" && postgres.enabled && postgres.outside === undefined && postgres.tls
        ? "postgres.tls"
        : undefined;
  if (setting === undefined || trust === undefined) return [];
  return Object.keys(trust.environment("")).map((name) => [name, setting] as const);
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
