import { chmod, chown, cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { imageRecipes } from "../../config/images.ts";
import { ensureImages } from "../../engines/images/ensure.ts";
import { run } from "../../engines/run.ts";

const projectRoot = join(import.meta.dirname, "../..");
const rows = 20_000;
const docker = (...args: string[]) => run(["docker", ...args]);
const hasEngine = await docker("version").then(
  () => true,
  () => false,
);

let image: string;
let name: string;
let files: string;

beforeAll(async () => {
  if (!hasEngine) return;
  const recipes = imageRecipes(projectRoot, ["postgres"], { source: "packages" });
  image = recipes.at(-1)?.tag as string;
  await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
});

beforeEach(async () => {
  name = `exploreiot-test-${Math.random().toString(36).slice(2, 10)}`;
  files = await mkdtemp(join(tmpdir(), "exploreiot-test-"));
  await mkdir(join(files, "start"));
  await cp(join(projectRoot, "images/postgres/entrypoint.sh"), join(files, "entrypoint.sh"));
  await deliver("password", "right:\\ 'horse");
  await deliver("start/10-table.sql", "CREATE TABLE IF NOT EXISTS t (i int);");
  await deliver(
    "start/20-rows.sql",
    `INSERT INTO t SELECT generate_series(1, ${rows}) WHERE NOT EXISTS (SELECT FROM t);`,
  );
  // Read by uid 999 through a read-only mount; the folder holds nothing but test data.
  await chmod(files, 0o755);
});

afterEach(async () => {
  if (hasEngine) await remove();
  await rm(files, { recursive: true });
});

async function deliver(path: string, text: string): Promise<void> {
  await writeFile(join(files, path), text);
  if (process.getuid?.() === 0) await chown(join(files, path), 999, 999);
}

async function remove(): Promise<void> {
  await run(["docker", "rm", "--force", "--volumes", name], { expected: [0, 1] });
  await run(["docker", "volume", "rm", "--force", name], { expected: [0, 1] });
}

const passwordFile = ["--env=POSTGRES_PASSWORD_FILE=/run/exploreiot/password"];

/** Starts with the settings that the kit's containers have. */
async function start(env: readonly string[] = passwordFile, user = "999:999"): Promise<void> {
  const fence = [
    "--read-only",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--network=none",
    `--user=${user}`,
  ];
  const places = [
    "--tmpfs=/tmp",
    "--tmpfs=/run/postgresql:uid=999,gid=999,mode=0750",
    `--volume=${files}:/run/exploreiot:ro`,
  ];
  const settings = [
    "--init",
    "--stop-signal=SIGINT",
    `--volume=${name}:/var/lib/postgresql/data`,
    "--env=POSTGRES_USER=iot",
  ];
  const command = ["sh", "/run/exploreiot/entrypoint.sh", "postgres", "-c", "max_connections=17"];
  await docker(
    "run",
    "--detach",
    `--name=${name}`,
    ...fence,
    ...places,
    ...settings,
    ...env,
    image,
    ...command,
  );
}

async function query(sql: string, password = "right:\\ 'horse"): Promise<string> {
  const argv = ["exec", "--env=PGPASSWORD", name, "psql", "-h127.0.0.1", "-Uiot", "-Atc", sql];
  return (await run(["docker", ...argv], { env: { PGPASSWORD: password } })).stdout.trim();
}

const logs = async () => {
  const { stdout, stderr } = await docker("logs", name);
  return stdout + stderr;
};
const ready = () =>
  expect
    .poll(
      () =>
        run(["docker", "exec", name, "pg_isready", "-qh127.0.0.1"], { expected: [0, 1, 2] }).then(
          ({ code }) => code,
        ),
      { timeout: 60_000, interval: 200 },
    )
    .toBe(0);
const ended = async () => Number((await docker("wait", name)).stdout);

describe.skipIf(!hasEngine)("postgres entrypoint", () => {
  test("makes the cluster once, applies every file at each start, and takes the server's settings from the command", async () => {
    await start();
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
    expect(await query("SHOW max_connections")).toBe("17");
    await expect(query("SELECT 1", "wrong")).rejects.toThrow("password authentication failed");
    await query("DELETE FROM t WHERE i > 10");
    await deliver("start/30-password.sql", "ALTER ROLE iot PASSWORD 'another'");
    await docker("stop", name);
    await docker("start", name);
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
    await docker("stop", name);
    await deliver("start/30-slow.sql", "SELECT pg_sleep(5); ALTER ROLE iot PASSWORD 'another'");
    await docker("start", name);
    await expect.poll(logs, { timeout: 60_000 }).toContain("30-slow.sql");
    await expect(query("SELECT 1")).rejects.toThrow("Connection refused");
    await ready();
    expect(await query("SELECT 1", "another")).toBe("1");
  });

  test("killed in the middle of a later start, begins again and loses no row", async () => {
    await start();
    await ready();
    await deliver("start/30-slow.sql", "UPDATE t SET i = i + 1; SELECT pg_sleep(60)");
    await docker("kill", "--signal=KILL", name);
    await docker("start", name);
    await expect.poll(logs, { timeout: 60_000 }).toContain("30-slow.sql");
    await docker("kill", "--signal=KILL", name);
    await deliver("start/30-slow.sql", "SELECT 1");
    await docker("start", name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test("with a file that fails at a later start, ends with its exit code and lets nobody in", async () => {
    await start();
    await ready();
    await docker("stop", name);
    await deliver("start/30-wrong.sql", "SELECT * FROM missing");
    await docker("start", name);
    expect(await ended()).toBe(3);
    expect(await logs()).toContain('ERROR:  relation "missing" does not exist');
    await deliver("start/30-wrong.sql", "SELECT 1");
    await docker("start", name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test("killed at any point of the first start, begins again and loses no row", async () => {
    let unfinished = 0;
    for (const milliseconds of [50, 200, 400, 700, 1000, 1400, 1900, 2500]) {
      await start();
      await new Promise((resolve) => setTimeout(resolve, milliseconds));
      await docker("kill", "--signal=KILL", name);
      if (!(await logs()).includes("first start complete")) unfinished += 1;
      await docker("start", name);
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
    await docker("stop", "--time=20", name);
    expect(await ended()).toBe(143);
    expect(await logs()).toContain("entrypoint: interrupted before the start was complete");
    await deliver("start/30-slow.sql", "SELECT 1");
    await docker("start", name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows));
  });

  test("with a file that fails at the first start, ends with its exit code and keeps nothing", async () => {
    await deliver("start/30-wrong.sql", "SELECT * FROM missing");
    await start();
    expect(await ended()).toBe(3);
    expect(await logs()).toContain('ERROR:  relation "missing" does not exist');
    await deliver("start/30-wrong.sql", "SELECT 1");
    await docker("start", name);
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
    await start(passwordFile, "0:0");
    expect(await ended()).toBe(1);
    expect(await logs()).toBe("entrypoint: runs as root; start the container as uid 999\n");
  });

  test("with somebody else's files where the cluster would be, is refused", async () => {
    const mount = `--volume=${name}:/var/lib/postgresql/data`;
    await docker("run", "--rm", mount, image, "sh", "-c", 'mkdir "$PGDATA" && touch "$PGDATA/x"');
    await start();
    expect(await ended()).toBe(1);
    expect(await logs()).toBe(
      "entrypoint: /var/lib/postgresql/data/pgdata: holds files but no PostgreSQL cluster; empty it or mount another volume\n",
    );
  });
});
