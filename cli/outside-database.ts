import { isIP } from "node:net";
import type { ClientConfig, QueryArrayResult } from "pg";
import { UserError } from "../core/errors.ts";
import { SecretStore } from "../core/secrets.ts";
import type { OutsideServer } from "../core/stack-facts.ts";
import { allOf, openOutside, serverName } from "../runners/outside.ts";
import type { Deployment } from "../services/deployment.ts";
import { databaseOf } from "../services/postgres/roles.ts";
import { databaseLogins } from "../services/store-logins.ts";

/** As whom the kit's verbs log in at a PostgreSQL outside: as the owner of the tables, or the next best user. */
export interface DatabaseLogin {
  readonly user: string;
  readonly database: string;
  readonly password: string;
}

/** @throws UserError where no program of the deployment logs in there, so that no login is known */
export function ownersLogin(deployment: Deployment, home: string): DatabaseLogin {
  const logins = databaseLogins(deployment);
  const login = logins.find(({ rights }) => rights === "owner") ?? logins[0];
  if (login === undefined)
    throw new UserError(
      `${deployment.name}: no program logs in at PostgreSQL, so that no login is known`,
      "ask the server's operator for one",
    );
  const database = databaseOf(deployment.postgres.database, login);
  return { user: login.user, database, password: new SecretStore(home).value(login.secret) };
}

/**
 * Rows as `psql -At` prints them, of the server that takes writes where there are several.
 *
 * @param limitSeconds after which the server ends a statement. @default 5
 */
export async function askOutside(
  servers: readonly OutsideServer[],
  login: DatabaseLogin,
  sql: string,
  limitSeconds = 5,
): Promise<string> {
  const refusals: UserError[] = [];
  for (const server of servers) {
    try {
      if (servers.length > 1 && (await askServer(server, login, IS_STANDBY)) === "t")
        throw new UserError(
          `${serverName(server)}: is a standby`,
          "look at the cluster: one server has to take writes",
        );
      return await askServer(server, login, sql, limitSeconds);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      refusals.push(error);
    }
  }
  throw allOf(refusals);
}

const IS_STANDBY = "SELECT pg_is_in_recovery()";

/** The same of one server, whether or not it takes writes. */
export async function askServer(
  server: OutsideServer,
  login: DatabaseLogin,
  sql: string,
  limitSeconds = 5,
): Promise<string> {
  // Says at which step it ends, which the driver's errors do not.
  (await openOutside(server)).destroy();
  // The half of the kit's verbs that need no database start without it.
  const { default: pg } = await import("pg");
  const client = new pg.Client(configOf(server, login));
  client.on("error", () => undefined);
  try {
    await client.connect();
    // Together they are one transaction. As a parameter of the connection a pooler would refuse it.
    const text = `SET LOCAL statement_timeout = '${limitSeconds}s'; ${sql}`;
    return linesOf(await client.query<(string | null)[]>({ text, rowMode: "array" }));
  } catch (error) {
    throw new UserError(
      `${serverName(server)}: as ${login.user}: ${(error as Error).message}`,
      "docs/outside.md says which users and rights the deployment needs there",
    );
  } finally {
    await client.end();
  }
}

const configOf = (
  { host, port, ca }: OutsideServer,
  { user, database, password }: DatabaseLogin,
): ClientConfig => ({
  ...{ host, port, user, database, password },
  // The driver names no server to check where the host is an address.
  ssl: ca === undefined ? false : { ca, minVersion: "TLSv1.2", ...(isIP(host) === 0 ? {} : { host }) },
  connectionTimeoutMillis: 5000,
  application_name: "exploreiot",
  types: { getTypeParser: () => (text: unknown) => text },
});

type Results = QueryArrayResult<(string | null)[]>;

/** There is one result for each statement, and where there is one statement, no list of them. */
const linesOf = (results: Results | readonly Results[]): string =>
  [results]
    .flat()
    .flatMap(({ rows }) => rows)
    .map((row) => row.map((value) => value ?? "").join("|"))
    .join("\n");
