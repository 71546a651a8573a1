import { splitReferences } from "../core/references.ts";
import type { Program } from "./application/program.ts";
import { MIGRATE } from "./application/settings.ts";
import type { Login, Rights, ServiceDefinition } from "./definition.ts";
import { type Referable, referents } from "./references.ts";
import { definitions } from "./registry.ts";

/** A program at a store, with what it may do there. */
export interface StoreLogin<R> extends Login {
  /** The program's name. */
  readonly role: string;
  readonly rights: R;
}

type Whole = Referable & { readonly programs: readonly Program[] };

/**
 * Who logs in at PostgreSQL: the programs whose secrets name the password, and nobody else. Where no migration logs in,
 * nobody else could make tables, so that each role acts as their owner.
 */
export function databaseLogins(deployment: Whole): readonly StoreLogin<NonNullable<Rights["postgres"]>>[] {
  const logins = loginsAt(deployment, "postgres");
  const migrated = logins.some(({ role }) => role === MIGRATE);
  return logins.map((login) => ({
    ...login,
    rights: login.rights === "rows" && !migrated ? "owner" : login.rights,
  }));
}

/** Who logs in at Redis: the programs whose secrets name the password. */
export const redisLogins = (deployment: Whole): readonly StoreLogin<string>[] =>
  loginsAt(deployment, "redis");

/** Where a program may log in. */
export type Store = keyof Rights;

export const stores: readonly Store[] = ["mosquitto", "postgres", "redis"];

/** As whom a program logs in at a store; undefined where its secrets do not name the password. */
export function loginAt(deployment: Whole, store: Store, program: Program): Login | undefined {
  const login = (definitions[store] as ServiceDefinition).login?.(deployment[store], program);
  return login !== undefined && names(program, login.secret, deployment) ? login : undefined;
}

function loginsAt<Store extends "postgres" | "redis">(
  deployment: Whole,
  store: Store,
): readonly StoreLogin<NonNullable<Rights[Store]>>[] {
  return deployment.programs.flatMap((program) => {
    const login = loginAt(deployment, store, program);
    const { [store]: rights } = program.rights;
    if (login === undefined || rights === undefined) return [];
    return [{ ...login, role: program.name, rights }];
  });
}

/** Whether a secret is among what a program is given. */
const names = (program: Program, secret: string, deployment: Whole): boolean =>
  secretsOf(program, deployment).has(secret);

/** Each service asks this of each program. */
const known = new WeakMap<Program, { readonly deployment: Whole; readonly secrets: ReadonlySet<string> }>();

function secretsOf(program: Program, deployment: Whole): ReadonlySet<string> {
  const found = known.get(program);
  if (found?.deployment === deployment) return found.secrets;
  const referable = referents(deployment, program);
  const templates = [
    ...Object.values(program.secrets).map(({ value }) => value),
    ...Object.values(program.files).flatMap((file) => ("text" in file ? [file.text] : [])),
  ];
  const parts = templates.flatMap((template) => splitReferences(template, referable));
  const secrets = new Set(
    parts.flatMap((part) => (typeof part === "object" && "secret" in part ? [part.secret] : [])),
  );
  known.set(program, { deployment, secrets });
  return secrets;
}
