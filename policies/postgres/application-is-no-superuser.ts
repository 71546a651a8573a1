import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { usesPostgres } from "../facts/database-clients.ts";
import { filesWith, isFile, runs } from "../facts/deliveries.ts";
import { type Variable, variableOf, variablesOf } from "../facts/environment.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { remembered, rememberedText } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { parsePgHba } from "../files/pg-hba.ts";
import { parseSql, type Statement } from "../files/sql.ts";
import { definePolicy } from "../policy.ts";

/** The last two are of any database. */
const USER = /^(?:PGUSER|(?:POSTGRES|PG|DATABASE|DB)_USER(?:NAME)?)$/;
const ANYBODYS = /^(?:DATABASE|DB)_/;
const POWERS = ["SUPERUSER", "CREATEDB", "CREATEROLE", "REPLICATION", "BYPASSRLS"];

export const applicationIsNoSuperuser = definePolicy({
  id: "PGS-004",
  severity: "medium",
  title: "the application has a role of its own, with its own database and no more",
  why: "A hole in the application is a hole in the database; as a superuser it is one in the container as well (COPY … PROGRAM).",
  avoid: `# init.sql
CREATE ROLE app LOGIN SUPERUSER;`,
  prefer: `# init.sql
CREATE ROLE app LOGIN;
REVOKE ALL ON DATABASE app, postgres FROM PUBLIC;`,
  allowed:
    "a user that is not POSTGRES_USER; roles without SUPERUSER, CREATEDB, CREATEROLE, REPLICATION, BYPASSRLS, but REPLICATION for one that pg_hba.conf lets replicate and nothing else; databases, postgres among them, that PUBLIC is revoked from; host records for named users",
  fix: "create a role for the application in an init file, and let only it in over the network",
  source: "PostgreSQL documentation, role-attributes; least privilege",
  looksAt: ["file/sql", "file/pg_hba.conf", ...RUNS],
  where: (resource, stack) =>
    isFile(resource) || (!runs("postgres")(resource, stack) && usersIn(resource, stack).length > 0),
  check: (resource, stack) => {
    if (resource.type === "file/sql")
      return roles(parseOnce(resource, parseSql), replicasOf(resource, stack));
    const superusers = superusersOf(stack);
    return resource.type === "file/pg_hba.conf"
      ? letIn(resource, superusers)
      : loggedIn(resource, stack, superusers);
  },
});

/** `postgres`, and what else the databases of the stack are told to call it. */
const superusersOf = remembered((stack: StackDocument): ReadonlySet<string> => {
  const databases = stack.of(RUNS).filter((container) => runs("postgres")(container, stack));
  const named = databases.flatMap((container) => variableOf(container, "POSTGRES_USER")?.value ?? []);
  return new Set(["postgres", ...named]);
});

/** The user that a variable names, by itself or in a URL. */
function userIn({ name, value = "" }: Variable): string | undefined {
  if (name.includes("USER") && USER.test(name)) return value;
  return value.startsWith("postgres") ? userInUrl(value) : undefined;
}

const userInUrl = rememberedText(
  (url): string | undefined => /^postgres(?:ql)?(?:\+\w+)?:\/\/([^:@/]+)/.exec(url)?.[1],
);

/** The variables of a container that name a user of PostgreSQL. */
const usersIn = (container: Resource, stack: StackDocument) =>
  variablesOf(container).flatMap((entry) => {
    const user = userIn(entry);
    const isAnother =
      ANYBODYS.test(entry.name) && !entry.value?.includes("://") && !usesPostgres(container, stack);
    return user === undefined || isAnother ? [] : [{ entry, user }];
  });

const loggedIn = (container: Resource, stack: StackDocument, superusers: ReadonlySet<string>) =>
  usersIn(container, stack).flatMap(({ entry, user }): readonly Evidence[] => {
    if (entry.value === undefined) return [unknown(`${entry.name} is known only at apply`)];
    return superusers.has(user) ? [`${entry.name} logs in as ${user}, a superuser`] : [];
  });

const letIn = (file: Resource, superusers: ReadonlySet<string>) =>
  parseOnce(file, parsePgHba)
    .filter(({ type, method }) => type !== "local" && method !== "reject")
    .flatMap(({ users, place }) =>
      users
        .filter((user) => user === "all" || superusers.has(user))
        .map((user) => `${user} may log in over the network (${place})`),
    );

/**
 * Those that pg_hba.conf lets in for replication alone, so no application logs in as one of them; in upper case, as an
 * unquoted name of SQL is read here.
 */
function replicasOf(file: Resource, stack: StackDocument): ReadonlySet<string> {
  const records = filesWith(file, "pg_hba.conf", stack).flatMap((hba) => parseOnce(hba, parsePgHba));
  const letIn = (isReplication: boolean) =>
    records
      .filter(({ databases }) => databases.some((name) => (name === "replication") === isReplication))
      .flatMap(({ users }) => users.map((user) => user.toUpperCase()));
  const elsewhere = new Set(letIn(false));
  return new Set(elsewhere.has("ALL") ? [] : letIn(true).filter((user) => !elsewhere.has(user)));
}

function roles(statements: readonly Statement[], replicas: ReadonlySet<string>): readonly string[] {
  const closed = new Set(statements.flatMap((statement) => revoked(statement) ?? []));
  const created = statements.filter(({ words }) => words[0] === "CREATE" && words[1] === "DATABASE");
  const shared = created.length > 0 && !closed.has("postgres") && !closed.has("POSTGRES");
  const found = statements.flatMap((statement) => {
    const { words, line } = statement;
    const powers = /^(CREATE|ALTER) (ROLE|USER)$/.test(words.slice(0, 2).join(" "))
      ? words
          .slice(3)
          .filter((word) => POWERS.includes(word))
          .filter((word) => word !== "REPLICATION" || !replicas.has(String(words[2]).toUpperCase()))
      : [];
    const open = created.includes(statement) && !closed.has(String(words[2]));
    return [
      ...powers.map((power) => `${words[2]} is given ${power} (line ${line})`),
      ...(open ? [`PUBLIC is not revoked from the database ${words[2]} (line ${line})`] : []),
    ];
  });
  return shared ? [...found, "PUBLIC is not revoked from the database postgres"] : found;
}

/** The database of `REVOKE ALL ON DATABASE name FROM PUBLIC`. */
function revoked({ words }: Statement): string | undefined {
  const at = words.indexOf("DATABASE");
  return words[0] === "REVOKE" && words.at(-1) === "PUBLIC" && at > 0 ? words[at + 1] : undefined;
}
