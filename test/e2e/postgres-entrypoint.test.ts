import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { docker, missing, titled } from "../support/e2e.ts";
import { PASSWORD, PostgresAlone, passwordFile, postgresImage } from "../support/e2e-postgres-alone.ts";

const rows = 20_000;
let image: string;
let postgres: PostgresAlone;

beforeAll(async () => {
  if (missing.docker === undefined) image = await postgresImage();
});

beforeEach(async () => {
  postgres = new PostgresAlone(image);
  await postgres.prepare();
  await deliver("start/10-table.sql", "CREATE TABLE IF NOT EXISTS t (i int);");
  await deliver(
    "start/20-rows.sql",
    `INSERT INTO t SELECT generate_series(1, ${rows}) WHERE NOT EXISTS (SELECT FROM t);`,
  );
});

afterEach(() => postgres.forget());

const deliver = (path: string, text: string) => postgres.deliver(path, text);
const start = (options = passwordFile) =>
  postgres.start(["--env=POSTGRES_USER=iot", ...options], ["-c", "max_connections=17"]);
const query = (sql: string, password = PASSWORD) => postgres.query(sql, password, "iot");
const logs = () => postgres.logs();
const ready = () => postgres.ready();
const ended = () => postgres.ended();
const remove = () => postgres.remove();

describe.skipIf(missing.docker)(titled("postgres entrypoint", missing.docker), () => {
  test("makes the cluster once, applies every file at each start, and takes the server's settings from the command", async () => {
    await start();
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
    expect(await query("SHOW max_connections")).toBe("17");
    await expect(query("SELECT 1", "wrong")).rejects.toThrow("password authentication failed");
    await query("DELETE FROM t WHERE i > 10");
    await deliver("start/30-password.sql", "ALTER ROLE iot PASSWORD 'another'");
    await docker("stop", postgres.name);
    await docker("start", postgres.name);
    await ready();
    expect(await query("SELECT count(*) FROM t", "another")).toBe("10");
    await expect(query("SELECT 1")).rejects.toThrow("password authentication failed");
    expect((await logs()).match(/entrypoint: .*/g)).toEqual([
      "entrypoint: start file /run/exploreiot/start/10-table.sql",
      "entrypoint: start file /run/exploreiot/start/20-rows.sql",
      "entrypoint: first start complete",
      "entrypoint: start file /run/exploreiot/start/10-table.sql",
      "entrypoint: start file /run/exploreiot/start/20-rows.sql",
      "entrypoint: start file /run/exploreiot/start/30-password.sql",
    ]);
  });

  test("lets nobody in before the files are applied, at a later start as at the first", async () => {
    await start();
    await ready();
    await docker("stop", postgres.name);
    await deliver("start/30-slow.sql", "SELECT pg_sleep(5); ALTER ROLE iot PASSWORD 'another'");
    await docker("start", postgres.name);
    await expect.poll(logs, { timeout: 60_000 }).toContain("30-slow.sql");
    await expect(query("SELECT 1")).rejects.toThrow("Connection refused");
    await ready();
    expect(await query("SELECT 1", "another")).toBe("1");
  });

  test("killed in the middle of a later start, begins again and loses no row", async () => {
    await start();
    await ready();
    await deliver("start/30-slow.sql", "UPDATE t SET i = i + 1; SELECT pg_sleep(60)");
    await docker("kill", "--signal=KILL", postgres.name);
    await docker("start", postgres.name);
    await expect.poll(logs, { timeout: 60_000 }).toContain("30-slow.sql");
    await docker("kill", "--signal=KILL", postgres.name);
    await deliver("start/30-slow.sql", "SELECT 1");
    await docker("start", postgres.name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test("with a file that fails at a later start, ends with its exit code and lets nobody in", async () => {
    await start();
    await ready();
    await docker("stop", postgres.name);
    await deliver("start/30-wrong.sql", "SELECT * FROM missing");
    await docker("start", postgres.name);
    expect(await ended()).toBe(3);
    expect(await logs()).toContain('ERROR:  relation "missing" does not exist');
    await deliver("start/30-wrong.sql", "SELECT 1");
    await docker("start", postgres.name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test("killed at any point of the first start, begins again and loses no row", async () => {
    let unfinished = 0;
    for (const milliseconds of [50, 200, 400, 700, 1000, 1400, 1900, 2500]) {
      await start();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await docker("kill", "--signal=KILL", postgres.name);
      if (!(await logs()).includes("first start complete")) unfinished += 1;
      await docker("start", postgres.name);
      await ready();
      expect(await query("SELECT count(*) FROM t"), `killed after ${milliseconds} ms`).toBe(String(rows));
      await remove();
    }
    expect(unfinished, "kills that came before the end").toBeGreaterThanOrEqual(4);
  });

  test("stopped in the middle of a file, ends at once and keeps nothing", async () => {
    await deliver("start/30-slow.sql", "SELECT pg_sleep(60)");
    await start();
    await expect.poll(logs, { timeout: 60_000 }).toContain("30-slow.sql");
    await docker("stop", "--time=20", postgres.name);
    expect(await ended()).toBe(143);
    expect(await logs()).toContain("entrypoint: interrupted before the start was complete");
    await deliver("start/30-slow.sql", "SELECT 1");
    await docker("start", postgres.name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test("with a file that fails at the first start, ends with its exit code and keeps nothing", async () => {
    await deliver("start/30-wrong.sql", "SELECT * FROM missing");
    await start();
    expect(await ended()).toBe(3);
    expect(await logs()).toContain('ERROR:  relation "missing" does not exist');
    await deliver("start/30-wrong.sql", "SELECT 1");
    await docker("start", postgres.name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test.each<[string, string[], string]>([
    ["no password", [], "entrypoint: no password; set POSTGRES_PASSWORD_FILE (or POSTGRES_PASSWORD)"],
    [
      "two passwords",
      [...passwordFile, "--env=POSTGRES_PASSWORD=x"],
      "entrypoint: POSTGRES_PASSWORD and POSTGRES_PASSWORD_FILE are both set; set one of them",
    ],
    [
      "an unreadable password",
      ["--env=POSTGRES_PASSWORD_FILE=/absent"],
      "entrypoint: POSTGRES_PASSWORD_FILE: cannot read /absent",
    ],
  ])("with %s, is refused", async (_, env, message) => {
    await start(env);
    expect(await ended()).toBe(1);
    expect((await logs()).trim().split("\n").at(-1)).toBe(message);
  });

  test("as root, is refused", async () => {
    await start([...passwordFile, "--user=0:0"]);
    expect(await ended()).toBe(1);
    expect(await logs()).toBe("entrypoint: runs as root; start the container as uid 999\n");
  });

  test("with somebody else's files where the cluster would be, is refused", async () => {
    const mount = `--volume=${postgres.name}:/var/lib/postgresql/data`;
    await docker("run", "--rm", mount, image, "sh", "-c", 'mkdir "$PGDATA" && touch "$PGDATA/x"');
    await start();
    expect(await ended()).toBe(1);
    expect(await logs()).toBe(
      "entrypoint: /var/lib/postgresql/data/pgdata: holds files but no PostgreSQL cluster; empty it or use another volume\n",
    );
  });
});
