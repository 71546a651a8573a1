import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { killed } from "../support/e2e-kill.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

const SOME_MINUTES = 600_000;
const PORT = 24_950;
const runner = missing.terraform === undefined ? "terraform" : "compose";
const reason = missing[runner];

/** Stands for a disk that outlives the machine. */
const disk = mkdtempSync("/var/tmp/exploreiot-restore-");
const repository = join(disk, "repository");
const deployment = new TestDeployment({
  name: "e2e-restore",
  listeners: { mqtt: { port: PORT }, backend: { port: PORT + 1 } },
  networks: {
    edge: { ipv4: "10.124.71.0/24" },
    broker: { ipv4: "10.124.72.0/24" },
    data: { ipv4: "10.124.73.0/24" },
  },
  frontend: { enabled: false },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  backup: { enabled: true, archive: true, repository, verify: 1000 },
});
const database = deployment.container("postgres-17-data");

/** Answers of the server that runs, as text. */
const ask = (statement: string) =>
  docker(
    ...["exec", deployment.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
    ...["-d", "exploreiot", "-qtAc", statement],
  );

/** Every reading of a sensor, one a line. */
const readings = (sensor: string) =>
  ask(`SELECT value, time, nonce FROM readings WHERE sensor = '${sensor}' ORDER BY value, time`);
const count = (sensor: string) =>
  ask(`SELECT count(*) || ' ' || count(DISTINCT value) FROM readings WHERE sensor = '${sensor}'`);
const volumes = async () =>
  (await docker("volume", "ls", "--quiet")).split("\n").filter((name) => name.startsWith(database));

const publisher = (sensor: string) =>
  NumberedPublisher.connect(PORT, "sensor", deployment.secret("mqtt-sensor-password"), sensor);

async function publish(sensor: string, total: number): Promise<void> {
  const device = await publisher(sensor);
  await device.publish(total, 200);
  await device.close();
}

interface Range {
  readonly from: string;
  readonly until: string;
}

/** Stretches of time of which any moment can be restored. */
const moments = async (): Promise<readonly Range[]> =>
  JSON.parse((await kit(["backup", "list", "--config", deployment.site, "--json"])).stdout).moments;

const backupContainer = deployment.container("backup");

/** Until the archive has all that came before now; it sends twice a minute, and is not waited for that long. */
async function archived(): Promise<void> {
  const now = await moment();
  await until(
    "the archive has this moment",
    async () => {
      await docker("exec", backupContainer, "bash", "-c", "kill -USR1 $(cat /tmp/receive/pid) || true");
      const { archive } = JSON.parse(await docker("exec", backupContainer, "backup", "state"));
      return archive.from !== null && archive.until >= archive.from && archive.until >= now;
    },
    120_000,
  );
}

/** What the server's clock says, in milliseconds. */
const moment = () =>
  ask(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** Whether each line of a text is one of another. */
const isPartOf = (some: string, all: string) => {
  const lines = new Set(all.split("\n"));
  return some.split("\n").every((line) => lines.has(line));
};

const image = (role: string) => docker("inspect", "--format", "{{.Image}}", deployment.container(role));

/** While data is replaced: how far it is stands in a file. */
const replacing = () =>
  until(
    "data is replaced",
    async () => {
      try {
        const { now } = JSON.parse(readFileSync(join(deployment.home, "restore.json"), "utf8"));
        return now.swaps.length > 0;
      } catch {
        return false;
      }
    },
    120_000,
  );

describe.skipIf(reason)(titled("a deployment with backups", reason), { timeout: SOME_MINUTES }, () => {
  let before = "";

  beforeAll(async () => {
    mkdirSync(repository);
    await deployment.remove();
    await deployment.up(runner);
  }, SOME_MINUTES);
  afterAll(async () => {
    await deployment.wipe();
    rmSync(disk, { recursive: true, force: true });
  }, SOME_MINUTES);

  test("gets back what was lost since a backup under load, while a device goes on publishing", async () => {
    await publish("before", 500);
    await until("500 readings", async () => (await count("before")) === "500 500");
    before = await readings("before");
    const load = await publisher("load");
    const published = load.publish(400, 200);
    expect(await deployment.kit("backup")).toMatchObject({ code: 0 });
    await published;
    await ask("DELETE FROM readings WHERE sensor = 'before' AND value < 250");
    await ask("UPDATE readings SET value = -1 WHERE sensor = 'before' AND value = 300");
    const device = await publisher("meanwhile");
    let isAway = true;
    const meanwhile = device.publishWhile(() => isAway, 50);

    const early = await killed(["restore", "--yes", "--config", deployment.site], replacing, true);
    const staged = await docker(
      ...["run", "--rm", "--network", "none", "--volume", `${deployment.container("restore")}:/restored:ro`],
      ...["--user", "0:0", "--entrypoint", "ls", await image("mosquitto"), "/restored/snapshot"],
    );
    const up = await deployment.kit("up", "--runner", runner);
    const { code, stdout, stderr } = await deployment.kit("restore", "--yes", "--json");
    isAway = false;
    await meanwhile;
    await device.close();
    await load.close();

    expect({ early, code, stderr: code === 0 ? "" : stderr }).toEqual({ early: false, code: 0, stderr: "" });
    expect({ code: up.code, refused: up.stderr.includes(`${database} may be filled in part`) }).toEqual({
      code: 1,
      refused: true,
    });
    // Secrets are not read where they are not needed.
    expect(staged.split("\n")).toEqual(["broker", "manifest.json", "postgres"]);
    const former = expect.stringMatching(new RegExp(`^${database}-before-\\d{8}T\\d{6}Z$`));
    expect(JSON.parse(stdout)).toEqual({
      deployment: "e2e-restore",
      snapshot: { id: expect.stringMatching(/^[0-9a-f]{64}$/), made: expect.any(String) },
      compared: { tables: expect.any(Number), rows: expect.any(Number) },
      volumes: [{ volume: database, former }],
      deleted: [],
    });
    expect(await readings("before")).toBe(before);
    // What came while the services were away waits in the broker's store, which was left as it is.
    const total = device.acknowledged.size;
    const isWhole = `SELECT count(*) = ${total} - min(value) AND max(value) = ${total - 1} FROM readings WHERE sensor = 'meanwhile'`;
    await until("the readings of the time of the restore", async () => (await ask(isWhole)) === "t", 60_000);
    expect(await volumes()).toEqual([database, former]);
  });

  test("is rehearsed without a change, and its data of before goes when told so", async () => {
    const rehearsed = await deployment.kit("restore", "--rehearse", "--json");
    const deleted = await deployment.kit("restore", "--delete-former", "--yes", "--json");

    expect([rehearsed.code, JSON.parse(rehearsed.stdout).volumes]).toEqual([0, []]);
    expect([deleted.code, JSON.parse(deleted.stdout).deleted.length]).toEqual([0, 1]);
    expect(await readings("before")).toBe(before);
    expect(await volumes()).toEqual([database]);
  });

  test("gets back the moment before a mistake, under load, reading by reading", async () => {
    await archived();
    // What is no database comes from a backup.
    expect(await deployment.kit("backup")).toMatchObject({ code: 0 });
    await publish("quiet", 300);
    await ask("CREATE TABLE precious AS SELECT generate_series(1, 500) AS n");
    await until("300 readings", async () => (await count("quiet")) === "300 300");
    const quiet = await readings("quiet");
    const device = await publisher("running");
    let isRunning = true;
    const running = device.publishWhile(() => isRunning, 200);
    await until("readings come", async () => Number((await count("running")).split(" ")[0]) > 200);
    const committed = await readings("running");
    const to = await moment();
    const later = await readings("running");
    await ask("DELETE FROM readings WHERE sensor = 'quiet' AND value >= 100; DROP TABLE precious");
    await until("readings come", async () => Number((await count("running")).split(" ")[0]) > 600);
    await archived();
    isRunning = false;
    await running;
    await device.close();
    // Else they would come behind the restore.
    await until("all are stored", async () =>
      (await count("running")).startsWith(`${device.acknowledged.size} `),
    );
    const [whole] = (await moments()).slice(-1);
    const refused = [
      await deployment.kit("restore", "--yes", "--to", "2026-01-01T00:00:00Z"),
      await deployment.kit("restore", "--yes", "--to", to.replace("Z", "")),
    ];
    const { code, stdout, stderr } = await deployment.kit("restore", "--yes", "--json", "--to", to);

    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({ to, volumes: [{ volume: database }] });
    expect(await readings("quiet")).toBe(quiet);
    expect(await ask("SELECT count(*), sum(n) FROM precious")).toBe("500|125250");
    // What was seen before the moment is there, and nothing that was not there just behind it.
    const restored = await readings("running");
    expect({ before: isPartOf(committed, restored), behind: isPartOf(restored, later) }).toEqual({
      before: true,
      behind: true,
    });
    const [rows, last] = (
      await ask("SELECT count(DISTINCT value), max(value) FROM readings WHERE sensor = 'running'")
    ).split("|");
    expect(Number(rows)).toBe(Number(last) + 1);
    expect(refused.map(({ code: refusal }) => refusal)).toEqual([1, 1]);
    expect(refused[0]?.stderr).toContain(
      "--to 2026-01-01T00:00:00.000Z: is not in the archive of e2e-restore\n  → allowed: ",
    );
    expect(refused[0]?.stderr).toContain(`${whole?.from} to `);
    expect(refused[1]?.stderr).toContain("allowed: a time with its zone");
  });

  test("goes on with its archive: where other data came, after an outage, and where the server gave up its log", async () => {
    const slot = () => ask("SELECT slot_name, wal_status FROM pg_replication_slots");
    await archived();
    const [first, lines] = [await slot(), (await moments()).length];
    await docker("stop", backupContainer);
    await publish("outage", 100);
    await until("100 readings", async () => (await count("outage")) === "100 100");
    await docker("start", backupContainer);
    await archived();
    const after = [await slot(), (await moments()).length] as const;

    await docker("stop", backupContainer);
    await ask("ALTER SYSTEM SET max_slot_wal_keep_size = '16MB'");
    await ask("SELECT pg_reload_conf()");
    for (let count = 0; count < 4; count++)
      await ask("SELECT pg_logical_emit_message(true, 'test', 'x'), pg_switch_wal()");
    await ask("CHECKPOINT");
    const lost = await slot();
    const kept = Number(await ask("SELECT sum(size) / 1048576 FROM pg_ls_waldir()"));
    const told = await deployment.kit("status", "--no-usage");
    await ask("ALTER SYSTEM RESET max_slot_wal_keep_size");
    await ask("SELECT pg_reload_conf()");
    await docker("start", backupContainer);
    await archived();

    expect(first).toMatch(/^exploreiot_archive_[0-9a-f]{8}\|reserved$/);
    expect(after).toEqual([first, lines]);
    expect(lost).toBe(first.replace("reserved", "lost"));
    expect(kept).toBeLessThan(200);
    expect(told.code).toBe(2);
    expect(await slot()).not.toBe(first);
    expect(await moments()).toHaveLength(lines + 1);
  });

  test("that was stopped before it changed anything is refused by up, though all runs as it should", async () => {
    const file = join(deployment.home, "restore.json");
    const swaps = [{ volume: database, from: "cluster", progress: "waiting" }];
    const now = { snapshot: "0".repeat(64), made: "2026-01-01T00:00:00Z", swaps };
    expect(await deployment.kit("up", "--runner", runner)).toMatchObject({ code: 0 });
    writeFileSync(file, JSON.stringify({ now, former: [] }));
    const { code, stderr } = await deployment.kit("up", "--runner", runner);
    rmSync(file);

    expect({ code, refused: stderr.includes(`${database} may be filled in part`) }).toEqual({
      code: 1,
      refused: true,
    });
  });

  test("comes back onto a machine that has nothing but the repository and its password, with what waited in the broker", async () => {
    await docker("stop", deployment.container("ingest"));
    await publish("waiting", 100);
    // The broker saves once a second, and its files are copied after the dump.
    expect(await deployment.kit("backup")).toMatchObject({ code: 0 });
    await ask("CREATE TABLE since_the_backup AS SELECT 1 AS n");
    await archived();
    const password = join(disk, "password");
    writeFileSync(password, deployment.secret("backup-password"), { mode: 0o400 });
    const wrong = join(disk, "wrong");
    writeFileSync(wrong, "not it");
    // As a machine that is gone: nothing ends in order, and nothing is left.
    await deployment.wipe();
    const into = join(disk, "project");
    const restore = (file: string) =>
      kit([
        "restore",
        "--from",
        repository,
        "--password-file",
        file,
        "--into",
        into,
        "--to",
        "latest",
        "--json",
      ]);

    const refused = await restore(wrong);
    const { code, stdout, stderr } = await restore(password);

    expect({ code: refused.code, stderr: refused.stderr.split("\n").at(-3) }).toEqual({
      code: 1,
      stderr: `error: ${repository}: this password does not open the repository`,
    });
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout).volumes).toEqual([
      { volume: database },
      { volume: deployment.container("mosquitto-data") },
    ]);
    expect(await readings("before")).toBe(before);
    expect(await ask("SELECT n FROM since_the_backup")).toBe("1");
    await until("what waited in the broker", async () => (await count("waiting")) === "100 100", 60_000);
  });
});
