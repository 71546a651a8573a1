import { FILES } from "../../core/container-folders.ts";
import type { ParsedDeployment } from "../deployment.ts";
import type { databaseLogins } from "../store-logins.ts";

/** Where passwords are delivered, below the folder of the server's files. */
export const SUPERUSER_PASSWORD = "superuser.password";
export const BACKUP_ROLE = "backup";
export const ARCHIVE_ROLE = "replication";
export const passwordFile = (role: string) => `roles/${role}.password`;

/**
 * Applied at each start, before anyone can connect, so a deployment from before there were roles is brought to them as
 * well, and a new password counts from the next start on. psql reads passwords from files, and the server's log never
 * quotes them.
 *
 * @param reader as whom backups are made. @default - none are
 * @param receiver as whom the log is archived. @default - it is not
 */
export function rolesSql(
  { database, user: owner }: Store,
  logins: readonly DatabaseLogin[],
  { reader, receiver }: { readonly reader?: string; readonly receiver?: string } = {},
): string {
  const ownerLogsIn = logins.some(({ user }) => user === owner);
  return [
    SILENT,
    ...withPassword(SUPERUSER_PASSWORD, "ALTER ROLE postgres"),
    ...[...new Set([owner, ...logins.map(({ user }) => user)])].flatMap((user) =>
      ifMissing("pg_roles", "rolname", user, `CREATE ROLE "${user}";`),
    ),
    ...(ownerLogsIn ? [] : [`ALTER ROLE "${owner}" NOLOGIN ${POWERLESS} PASSWORD NULL;`]),
    ...logins.flatMap(({ user, role }) =>
      withPassword(passwordFile(role), `ALTER ROLE "${user}" LOGIN ${POWERLESS}`),
    ),
    ...ownedDatabase(database, owner),
    ...logins
      .filter(({ rights }) => rights === "own")
      .flatMap((login) => ownedDatabase(databaseOf(database, login), login.user)),
    "REVOKE ALL ON DATABASE postgres FROM PUBLIC;",
    ...(reader === undefined ? [] : readsEverything(reader)),
    ...(receiver === undefined ? [FORGET_RECEIVERS] : receivesTheLog(receiver)),
    `\\connect "${database}"`,
    SILENT,
    ...logins.filter(({ user }) => user !== owner).flatMap((login) => rights(database, owner, login)),
    "",
  ].join("\n");
}

/**
 * The same for a server that somebody else runs, once, by an administrator who need not be a superuser: `psql -f`. It
 * holds no password, but what PostgreSQL keeps of one, so neither the file nor the server's log gives one away.
 *
 * @param verifier what PostgreSQL keeps of the password of that secret
 */
export function outsideSql(
  { database, user: owner }: Store,
  logins: readonly DatabaseLogin[],
  verifier: (secret: string) => string,
): string {
  const ownerLogsIn = logins.some(({ user }) => user === owner);
  const create = (user: string) => ifMissing("pg_roles", "rolname", user, `CREATE ROLE "${user}";`);
  // It makes databases for others, and grants for their owners, which only a member may.
  const joined = (user: string) => `GRANT "${user}" TO CURRENT_USER;`;
  const owners = [owner, ...logins.filter(({ rights }) => rights === "own").map(({ user }) => user)];
  return [
    "\\set ON_ERROR_STOP on",
    ...[...new Set([owner, ...logins.map(({ user }) => user)])].flatMap(create),
    ...(ownerLogsIn ? [] : [`ALTER ROLE "${owner}" NOLOGIN PASSWORD NULL;`]),
    ...logins.map(({ user, secret }) => `ALTER ROLE "${user}" LOGIN PASSWORD '${verifier(secret)}';`),
    ...[...new Set(owners)].map(joined),
    ...ownedDatabase(database, owner),
    ...logins
      .filter(({ rights }) => rights === "own")
      .flatMap((login) => ownedDatabase(databaseOf(database, login), login.user)),
    `\\connect "${database}"`,
    ...logins.filter(({ user }) => user !== owner).flatMap((login) => rights(database, owner, login)),
    "",
  ].join("\n");
}

type Store = Pick<ParsedDeployment["postgres"], "database" | "user">;
type DatabaseLogin = ReturnType<typeof databaseLogins>[number];

/** A statement that fails is not written into the log: it may hold a password. */
const SILENT = "SET log_min_error_statement = 'panic';";
const POWERLESS = "NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS";

const onlyIf = (condition: string, ...statements: readonly string[]) => [
  `SELECT ${condition} AS wanted \\gset`,
  "\\if :wanted",
  ...statements,
  "\\endif",
];

const withPassword = (file: string, statement: string) => [
  `\\set password \`cat ${FILES}/${file}\``,
  `${statement} PASSWORD :'password';`,
];

/** Nobody but its owner, and those who are let in by name, gets into it. */
const ownedDatabase = (database: string, owner: string) => [
  ...ifMissing("pg_database", "datname", database, `CREATE DATABASE "${database}" OWNER "${owner}";`),
  `REVOKE ALL ON DATABASE "${database}" FROM PUBLIC;`,
];

/** The database that a login leads to: the application's, or one of its own. */
export const databaseOf = (
  ofApplication: string,
  { references }: Pick<DatabaseLogin, "references">,
): string => references?.database ?? ofApplication;

/**
 * A table with row policies ends the dump with an error, since a part of it would be no backup; whether this role may see
 * past them (BYPASSRLS) is left as an administrator says it.
 */
const readsEverything = (reader: string): readonly string[] => [
  ...ifMissing("pg_roles", "rolname", reader, `CREATE ROLE "${reader}";`),
  ...withPassword(
    passwordFile(BACKUP_ROLE),
    `ALTER ROLE "${reader}" LOGIN ${POWERLESS.replace(" NOBYPASSRLS", "")} CONNECTION LIMIT 8`,
  ),
  `GRANT pg_read_all_data TO "${reader}";`,
  `ALTER ROLE "${reader}" SET default_transaction_read_only = on;`,
  `SELECT format('GRANT CONNECT ON DATABASE %I TO "${reader}"', datname) FROM pg_database WHERE datallowconn AND NOT datistemplate AND datname <> 'postgres' \\gexec`,
];

/** Replication is the whole cluster, passwords' hashes included, and no table by its name: it is let into no database. */
const receivesTheLog = (receiver: string): readonly string[] => [
  ...ifMissing("pg_roles", "rolname", receiver, `CREATE ROLE "${receiver}";`),
  ...withPassword(
    passwordFile(ARCHIVE_ROLE),
    `ALTER ROLE "${receiver}" LOGIN ${POWERLESS.replace("NOREPLICATION", "REPLICATION")} CONNECTION LIMIT 4`,
  ),
];

/** Slots of an archive that was turned off: the server would keep its log for them. */
const FORGET_RECEIVERS =
  "DO $$ BEGIN PERFORM pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name ~ '^exploreiot_archive_'; END $$;";

const ifMissing = (table: string, column: string, name: string, statement: string) =>
  onlyIf(`NOT EXISTS (SELECT FROM ${table} WHERE ${column} = '${name}')`, statement);

function rights(database: string, owner: string, { user, rights }: DatabaseLogin): readonly string[] {
  if (rights === "own") return noMonitor(user);
  if (rights === "monitor") return monitor(database, user);
  if (rights === "owner") {
    // Tables that one role makes belong to the owner, and so to the other roles as well.
    return [`GRANT "${owner}" TO "${user}";`, `ALTER ROLE "${user}" SET role = '${owner}';`];
  }
  return [
    ...onlyIf(`pg_has_role('${user}', '${owner}', 'MEMBER')`, `REVOKE "${owner}" FROM "${user}";`),
    `ALTER ROLE "${user}" RESET role;`,
    `GRANT CONNECT${rights === "rows" ? ", TEMPORARY" : ""} ON DATABASE "${database}" TO "${user}";`,
    ...(rights === "rows" ? onTables(owner, user, "SELECT, INSERT, UPDATE, DELETE") : []),
    ...(rights === "read" ? [...noMonitor(user), ...onTables(owner, user, "SELECT")] : []),
  ];
}

/**
 * Reads settings, statistics and activity of the server, and no table, not even where it once did: DROP OWNED takes back
 * what a role was given, and a reader owns nothing.
 */
const monitor = (database: string, user: string): readonly string[] => [
  ...onlyIf(
    `EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) WHERE grantee = '${user}'::regrole)`,
    `DROP OWNED BY "${user}";`,
  ),
  `GRANT pg_monitor TO "${user}";`,
  `GRANT CONNECT ON DATABASE "${database}" TO "${user}";`,
];

/** For a service that measured before, and now reads tables or has a database of its own. */
const noMonitor = (user: string): readonly string[] =>
  onlyIf(`pg_has_role('${user}', 'pg_monitor', 'MEMBER')`, `REVOKE pg_monitor FROM "${user}";`);

/** Once only: what a migration takes back afterwards stays so. */
function onTables(owner: string, user: string, privileges: string): readonly string[] {
  const writes = privileges !== "SELECT";
  const future = `ALTER DEFAULT PRIVILEGES FOR ROLE "${owner}" GRANT`;
  return onlyIf(
    `NOT EXISTS (SELECT FROM pg_default_acl, aclexplode(defaclacl) WHERE grantee = '${user}'::regrole)`,
    "BEGIN;",
    `${future} ${privileges} ON TABLES TO "${user}";`,
    ...(writes ? [`${future} USAGE, SELECT ON SEQUENCES TO "${user}";`] : []),
    `${future} USAGE ON SCHEMAS TO "${user}";`,
    "DO $$ DECLARE place name; BEGIN",
    `  FOR place IN SELECT nspname FROM pg_namespace WHERE nspname = 'public' OR nspowner = '${owner}'::regrole LOOP`,
    `    EXECUTE format('GRANT USAGE ON SCHEMA %I TO "${user}"', place);`,
    `    EXECUTE format('GRANT ${privileges} ON ALL TABLES IN SCHEMA %I TO "${user}"', place);`,
    ...(writes
      ? [`    EXECUTE format('GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA %I TO "${user}"', place);`]
      : []),
    "  END LOOP;",
    "END $$;",
    "COMMIT;",
  );
}
