import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { pgHba } from "../../services/postgres/files.ts";
import { databaseOf, passwordFile as fileOf, rolesSql } from "../../services/postgres/roles.ts";
import type { databaseLogins } from "../../services/store-logins.ts";
import { docker, missing, titled } from "../support/e2e.ts";
import { PostgresAlone, passwordFile, postgresImage } from "../support/e2e-postgres-alone.ts";

type Login = ReturnType<typeof databaseLogins>[number];

const OWNER = "plant";
const login = (role: string, rights: Login["rights"]): Login => ({
  role,
  user: role === "migrate" ? OWNER : `${OWNER}_${role}`,
  secret: "",
  rights,
});

/** One server, over whose starts an application changes: each test goes on from the one before. */
describe.skipIf(missing.docker)(titled("the users of an application's roles", missing.docker), () => {
  let postgres: PostgresAlone;

  beforeAll(async () => {
    postgres = new PostgresAlone(await postgresImage());
    await postgres.prepare();
    await postgres.deliver("superuser.password", "of nobody");
    await declare([login("api", "owner"), login("worker", "owner")]);
    await postgres.start(passwordFile, ["-c", "hba_file=/run/exploreiot/pg_hba.conf"]);
    await postgres.ready();
  });
  afterAll(() => postgres?.forget());

  /** Delivers what the kit would for these logins; the password of each is its role's name unless it is another. */
  async function declare(logins: readonly Login[], password = (role: string) => role): Promise<void> {
    const entrances = logins.map((login) => ({ user: login.user, database: databaseOf("plant", login) }));
    await postgres.deliver("pg_hba.conf", pgHba(entrances, false));
    await postgres.deliver("start/roles.sql", rolesSql({ database: "plant", user: OWNER }, logins));
    for (const { role } of logins) await postgres.deliver(fileOf(role), password(role));
  }

  /** The answer of the statement, or the reason why it was refused. */
  async function as(role: string, sql: string, password = role): Promise<string> {
    try {
      return await postgres.query(sql, password, login(role, "rows").user, "plant");
    } catch (error) {
      return /(?:ERROR|FATAL): +(.*)/.exec(String(error))?.[1] ?? String(error);
    }
  }

  test("make tables together where there is no migration, and the owner logs in nowhere", async () => {
    expect(await as("api", "CREATE TABLE kept (i int); INSERT INTO kept VALUES (1)")).toBe("");
    expect(await as("worker", "ALTER TABLE kept ADD COLUMN j int; SELECT count(*) FROM kept")).toBe("1");
    expect(await as("worker", "SELECT tableowner FROM pg_tables WHERE tablename = 'kept'")).toBe(OWNER);
    expect(await as("api", "CREATE ROLE more")).toBe("permission denied to create role");
    expect(await as("migrate", "SELECT 1")).toContain("no pg_hba.conf entry");
  });

  const withMigration = [login("migrate", "owner"), login("api", "rows"), login("worker", "rows")];

  test("keep the rows and lose the tables once there is one, no matter which schema they are in", async () => {
    await declare(withMigration);
    await postgres.again();
    const migration = "CREATE SCHEMA later; CREATE TABLE later.made (i serial); CREATE TABLE own (i int)";

    expect(await as("migrate", migration)).toBe("");
    expect(await as("api", "INSERT INTO later.made DEFAULT VALUES; SELECT count(*) FROM kept")).toBe("1");
    expect(await as("worker", "UPDATE later.made SET i = 2; DELETE FROM kept; SELECT 'done'")).toBe("done");
    for (const [sql, reason] of [
      ["DROP TABLE kept", "must be owner of table kept"],
      ["TRUNCATE later.made", "permission denied for table made"],
      ["CREATE TABLE more (i int)", "permission denied for schema public"],
      ["SELECT FROM pg_authid", "permission denied for table pg_authid"],
    ] as const) {
      expect(await as("api", sql)).toBe(reason);
    }
  });

  test("stay without what the migration took back, over the next starts", async () => {
    expect(await as("migrate", "REVOKE ALL ON own FROM plant_api")).toBe("");
    await postgres.again();

    expect(await as("api", "SELECT FROM own")).toBe("permission denied for table own");
    expect(await as("worker", "SELECT count(*) FROM own")).toBe("0");
  });

  test("log in with what is in the file since the last start, and not at all when they are declared no more", async () => {
    await declare(
      withMigration.filter(({ role }) => role !== "worker"),
      (role) => `new ${role}`,
    );
    await postgres.again();

    expect(await as("api", "SELECT 1", "new api")).toBe("1");
    expect(await as("api", "SELECT 1")).toContain("password authentication failed");
    expect(await as("worker", "SELECT 1")).toContain("no pg_hba.conf entry");
  });

  test("measure the server and read no table once they are monitors, though they were readers before", async () => {
    const meter = (rights: Login["rights"]) => [login("migrate", "owner"), login("meter", rights)];
    const asked = async () => [
      await as("meter", "SELECT count(*) FROM kept"),
      await as("meter", "SELECT setting <> '' FROM pg_settings WHERE name = 'config_file'"),
    ];
    await declare(meter("read"));
    await postgres.again();
    const reader = await asked();
    await declare(meter("monitor"));
    await postgres.again();
    const monitor = await asked();
    await declare(meter("read"));
    await postgres.again();

    expect([reader, monitor, await asked()]).toEqual([
      ["0", ""],
      ["permission denied for table kept", "t"],
      ["0", ""],
    ]);
  });

  test("are in no log with their passwords", async () => {
    const log = await docker("logs", postgres.name);
    expect(["new api", "of nobody", "PASSWORD"].filter((text) => log.includes(text))).toEqual([]);
  });
});
