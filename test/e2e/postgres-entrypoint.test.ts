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
  await mkdir(join(files, "initdb"));
  await cp(join(projectRoot, "images/postgres/entrypoint.sh"), join(files, "entrypoint.sh"));
  await deliver("password", "right:\\ 'horse");
  await deliver(
    "initdb/10-table.sql",
    `CREATE TABLE t (i int); INSERT INTO t SELECT generate_series(1, ${rows});`,
  );
  await deliver(
    "initdb/20-count.sh",
    'psql -qU "$POSTGRES_USER" -d "$POSTGRES_DB" -c "INSERT INTO t VALUES (0)"',
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
  test("makes the cluster once, with every init file, and takes the server's settings from the command", async () => {
    await start();
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows + 1));
    expect(await query("SHOW max_connections")).toBe("17");
    await expect(query("SELECT 1", "wrong")).rejects.toThrow("password authentication failed");
    await query("DELETE FROM t WHERE i > 10");
    await docker("stop", name);
    await docker("start", name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe("11");
    expect((await logs()).match(/entrypoint: .*/g)).toEqual([
      "entrypoint: init file /run/exploreiot/initdb/10-table.sql",
      "entrypoint: init file /run/exploreiot/initdb/20-count.sh",
      "entrypoint: first start complete",
    ]);
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
      expect(await query("SELECT count(*) FROM t"), `killed after ${milliseconds} ms`).toBe(String(rows + 1));
      await remove();
    }
    expect(unfinished, "kills that came before the end").toBeGreaterThanOrEqual(4);
  });

  test("stopped in the middle of an init file, ends at once and keeps nothing", async () => {
    await deliver("initdb/30-slow.sql", "SELECT pg_sleep(60)");
    await start();
    await expect.poll(logs, { timeout: 60_000 }).toContain("30-slow.sql");
    await docker("stop", "--time=20", name);
    expect(await ended()).toBe(143);
    expect(await logs()).toContain("entrypoint: interrupted during the first start; nothing was kept");
    await deliver("initdb/30-slow.sql", "SELECT 1");
    await docker("start", name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows + 1));
  });

  test("with an init file that fails, ends with its exit code and keeps nothing", async () => {
    await deliver("initdb/30-wrong.sql", "SELECT * FROM missing");
    await start();
    expect(await ended()).toBe(3);
    expect(await logs()).toContain('ERROR:  relation "missing" does not exist');
    await deliver("initdb/30-wrong.sql", "SELECT 1");
    await docker("start", name);
    await ready();
    expect(await query("SELECT count(*) FROM t")).toBe(String(rows + 1));
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
