import { beforeAll, describe, expect, test } from "vitest";
import { docker, missing, titled, until } from "../support/e2e.ts";
import { PASSWORD, PostgresAlone, passwordFile, postgresImage } from "../support/e2e-postgres-alone.ts";

const rows = 20_000;
/** They slow each other on a busy machine. */
const LONG = { timeout: 300_000 };
let image: string;

beforeAll(async () => {
  if (missing.docker === undefined) image = await postgresImage();
});

/** PostgreSQL with a table that is filled once. */
class Filled extends PostgresAlone {
  override async prepare(): Promise<void> {
    await super.prepare();
    await this.deliver("start/10-table.sql", "CREATE TABLE IF NOT EXISTS t (i int);");
    await this.deliver(
      "start/20-rows.sql",
      `INSERT INTO t SELECT generate_series(1, ${rows}) WHERE NOT EXISTS (SELECT FROM t);`,
    );
  }

  override start(options = passwordFile): Promise<void> {
    return super.start(["--env=POSTGRES_USER=iot", ...options], ["-c", "max_connections=17"]);
  }

  override query(sql: string, password = PASSWORD): Promise<string> {
    return super.query(sql, password, "iot");
  }

  count(): Promise<string> {
    return this.query("SELECT count(*) FROM t");
  }

  kill(): Promise<string> {
    return docker("kill", "--signal=KILL", this.name);
  }

  startAgain(): Promise<string> {
    return docker("start", this.name);
  }

  /** Waits until it is at work on a file. */
  at(file: string): Promise<unknown> {
    return until(file, async () => (await this.logs()).includes(file), 60_000);
  }
}

/** Each test has a container of its own, so that they wait at the same time. */
async function filled(work: (postgres: Filled) => Promise<void>): Promise<void> {
  const postgres = new Filled(image);
  try {
    await postgres.prepare();
    await work(postgres);
  } finally {
    await postgres.forget();
  }
}

describe.skipIf(missing.docker).concurrent(titled("postgres entrypoint", missing.docker), LONG, () => {
  test("makes the cluster once, applies every file at each start, and takes the server's settings from the command", () =>
    filled(async (postgres) => {
      await postgres.start();
      await postgres.ready();
      expect(await postgres.count()).toBe(String(rows));
      expect(await postgres.query("SHOW max_connections")).toBe("17");
      await expect(postgres.query("SELECT 1", "wrong")).rejects.toThrow("password authentication failed");
      await postgres.query("DELETE FROM t WHERE i > 10");
      await postgres.deliver("start/30-password.sql", "ALTER ROLE iot PASSWORD 'another'");
      await docker("stop", postgres.name);
      await postgres.startAgain();
      await postgres.ready();
      expect(await postgres.query("SELECT count(*) FROM t", "another")).toBe("10");
      await expect(postgres.query("SELECT 1")).rejects.toThrow("password authentication failed");
      expect((await postgres.logs()).match(/entrypoint: .*/g)).toEqual([
        "entrypoint: start file /run/exploreiot/start/10-table.sql",
        "entrypoint: start file /run/exploreiot/start/20-rows.sql",
        "entrypoint: first start complete",
        "entrypoint: start file /run/exploreiot/start/10-table.sql",
        "entrypoint: start file /run/exploreiot/start/20-rows.sql",
        "entrypoint: start file /run/exploreiot/start/30-password.sql",
      ]);
    }));

  test("lets nobody in before the files are applied, at a later start as at the first", () =>
    filled(async (postgres) => {
      await postgres.start();
      await postgres.ready();
      await docker("stop", postgres.name);
      await postgres.deliver("start/30-slow.sql", "SELECT pg_sleep(5); ALTER ROLE iot PASSWORD 'another'");
      await postgres.startAgain();
      await postgres.at("30-slow.sql");
      await expect(postgres.query("SELECT 1")).rejects.toThrow("Connection refused");
      await postgres.ready();
      expect(await postgres.query("SELECT 1", "another")).toBe("1");
    }));

  test("killed in the middle of a later start, begins again and loses no row", () =>
    filled(async (postgres) => {
      await postgres.start();
      await postgres.ready();
      await postgres.deliver("start/30-slow.sql", "UPDATE t SET i = i + 1; SELECT pg_sleep(60)");
      await postgres.kill();
      await postgres.startAgain();
      await postgres.at("30-slow.sql");
      await postgres.kill();
      await postgres.deliver("start/30-slow.sql", "SELECT 1");
      await postgres.startAgain();
      await postgres.ready();
      expect(await postgres.count()).toBe(String(rows));
    }));

  test("with a file that fails at a later start, ends with its exit code and lets nobody in", () =>
    filled(async (postgres) => {
      await postgres.start();
      await postgres.ready();
      await docker("stop", postgres.name);
      await postgres.deliver("start/30-wrong.sql", "SELECT * FROM missing");
      await postgres.startAgain();
      expect(await postgres.ended()).toBe(3);
      expect(await postgres.logs()).toContain('ERROR:  relation "missing" does not exist');
      await postgres.deliver("start/30-wrong.sql", "SELECT 1");
      await postgres.startAgain();
      await postgres.ready();
      expect(await postgres.count()).toBe(String(rows));
    }));

  test("killed at any point of the first start, begins again and loses no row", async () => {
    let unfinished = 0;
    const killedAfter = (milliseconds: number) =>
      filled(async (postgres) => {
        await postgres.start();
        await new Promise((resolve) => setTimeout(resolve, milliseconds));
        await postgres.kill();
        if (!(await postgres.logs()).includes("first start complete")) unfinished += 1;
        await postgres.startAgain();
        await postgres.ready();
        expect(await postgres.count(), `killed after ${milliseconds} ms`).toBe(String(rows));
      });
    // Two at a time: more would be so slow that every kill comes early.
    const inTurn = async (...moments: readonly number[]) => {
      for (const moment of moments) await killedAfter(moment);
    };
    await Promise.all([inTurn(50, 400, 1000, 1900), inTurn(200, 700, 1400, 2500)]);
    expect(unfinished, "kills that came before the end").toBeGreaterThanOrEqual(4);
  });

  test("stopped in the middle of a file, ends at once and keeps nothing", () =>
    filled(async (postgres) => {
      await postgres.deliver("start/30-slow.sql", "SELECT pg_sleep(60)");
      await postgres.start();
      await postgres.at("30-slow.sql");
      await docker("stop", "--time=20", postgres.name);
      expect(await postgres.ended()).toBe(143);
      expect(await postgres.logs()).toContain("entrypoint: interrupted before the start was complete");
      await postgres.deliver("start/30-slow.sql", "SELECT 1");
      await postgres.startAgain();
      await postgres.ready();
      expect(await postgres.count()).toBe(String(rows));
    }));

  test("with a file that fails at the first start, ends with its exit code and keeps nothing", () =>
    filled(async (postgres) => {
      await postgres.deliver("start/30-wrong.sql", "SELECT * FROM missing");
      await postgres.start();
      expect(await postgres.ended()).toBe(3);
      expect(await postgres.logs()).toContain('ERROR:  relation "missing" does not exist');
      await postgres.deliver("start/30-wrong.sql", "SELECT 1");
      await postgres.startAgain();
      await postgres.ready();
      expect(await postgres.count()).toBe(String(rows));
    }));

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
  ])("with %s, is refused", (_, env, message) =>
    filled(async (postgres) => {
      await postgres.start(env);
      expect(await postgres.ended()).toBe(1);
      expect((await postgres.logs()).trim().split("\n").at(-1)).toBe(message);
    }),
  );

  test("as root, is refused", () =>
    filled(async (postgres) => {
      await postgres.start([...passwordFile, "--user=0:0"]);
      expect(await postgres.ended()).toBe(1);
      expect(await postgres.logs()).toBe("entrypoint: runs as root; start the container as uid 999\n");
    }));

  test("with somebody else's files where the cluster would be, is refused", () =>
    filled(async (postgres) => {
      const mount = `--volume=${postgres.name}:/var/lib/postgresql/data`;
      await docker("run", "--rm", mount, image, "sh", "-c", 'mkdir "$PGDATA" && touch "$PGDATA/x"');
      await postgres.start();
      expect(await postgres.ended()).toBe(1);
      expect(await postgres.logs()).toBe(
        "entrypoint: /var/lib/postgresql/data/pgdata: holds files but no PostgreSQL cluster; empty it or use another volume\n",
      );
    }));
});
