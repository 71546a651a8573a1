import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { killed } from "../support/e2e-kill.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";
import { BackupTarget } from "../support/e2e-target.ts";

const SOME_MINUTES = 600_000;
const PORT = 24_950;
const runner = missing.terraform === undefined ? "terraform" : "compose";
const reason = missing[runner];

/** Outlive the machine: what its operator has elsewhere, and the server that backups go to. */
const disk = mkdtempSync("/var/tmp/exploreiot-restore-");
const target = new BackupTarget(2);
const repository = target.rest;
const CREDENTIALS = ["RESTIC_REST_USERNAME", "RESTIC_REST_PASSWORD", "RESTIC_CACERT"];
const secretOf = (variable: string) => variable.toLowerCase().replaceAll("_", "-");
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
  // A file that the site file names has to come back as well.
  secrets: { "mqtt-sensor-password": { file: "sensor-password" } },
  backup: {
    ...{ enabled: true, archive: true, repository, verify: 1000 },
    credentials: Object.fromEntries(CREDENTIALS.map((variable) => [variable, secretOf(variable)])),
  },
});
const database = deployment.container("postgres-17-data");
const SENSOR_PASSWORD = "a-password-that-a-file-holds";

/** restic's own words on the repository, with what the deployment's container knows. */
const restic = (program: string) =>
  docker(
    ...["exec", deployment.container("backup"), "bash", "-euc"],
    `files=/run/exploreiot state=/state private=/tmp; . /usr/local/lib/backup/repository.sh; credentials; ${program}`,
  );

interface Listed {
  readonly id: string;
}

const ids = async (): Promise<readonly string[]> => {
  const { stdout } = await kit(["backup", "list", "--config", deployment.site, "--json"]);
  return (JSON.parse(stdout).snapshots as Listed[]).map(({ id }) => id);
};

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

const publisher = (sensor: string) => NumberedPublisher.connect(PORT, "sensor", SENSOR_PASSWORD, sensor);

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
      const look = "backup state; kill -USR1 $(cat /tmp/receive/pid) || true";
      const { archive } = JSON.parse(await docker("exec", backupContainer, "bash", "-c", look));
      return archive.from !== null && archive.until >= archive.from && archive.until >= now;
    },
    120_000,
  );
}

/** The server's time, in milliseconds. */
const moment = () =>
  ask(`SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);

/** A commit gets its time, which a restore goes by, before it can be seen: until all that had begun can be seen. */
async function settled(): Promise<void> {
  const next = await ask("SELECT pg_snapshot_xmax(pg_current_snapshot())");
  const isSeen = `SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= ${next}`;
  await until("what had begun can be seen", async () => (await ask(isSeen)) === "t");
}

/** Whether each line of a text is one of another. */
const isPartOf = (some: string, all: string) => {
  const lines = new Set(all.split("\n"));
  return some.split("\n").every((line) => lines.has(line));
};

const image = (role: string) => docker("inspect", "--format", "{{.Image}}", deployment.container(role));

/** While data is replaced: how far it is stands in a file. */
const replacing = () => swapping(({ now }) => now?.swaps);
const undoing = () => swapping(({ undo }) => undo);

interface Progress {
  readonly now?: { readonly swaps: readonly unknown[] };
  readonly undo?: readonly unknown[];
}

const swapping = (swaps: (progress: Progress) => readonly unknown[] | undefined) =>
  until(
    "data is replaced",
    async () => {
      try {
        const progress = JSON.parse(readFileSync(join(deployment.home, "restore.json"), "utf8"));
        return (swaps(progress)?.length ?? 0) > 0;
      } catch {
        return false;
      }
    },
    120_000,
  );

describe.skipIf(reason)(titled("a deployment with backups", reason), { timeout: SOME_MINUTES }, () => {
  let before = "";

  beforeAll(async () => {
    await target.open();
    await deployment.clear();
    mkdirSync(join(deployment.home, "secrets"), { recursive: true, mode: 0o700 });
    mkdirSync(join(disk, "credentials"));
    for (const [variable, text] of Object.entries(target.credentials("rest"))) {
      writeFileSync(join(deployment.home, "secrets", `own-${secretOf(variable)}`), text, { mode: 0o400 });
      writeFileSync(join(disk, "credentials", variable), text);
    }
    writeFileSync(join(dirname(deployment.site), "sensor-password"), SENSOR_PASSWORD);
    await deployment.up(runner);
  }, SOME_MINUTES);
  afterAll(async () => {
    await deployment.wipe();
    await target.close();
    rmSync(disk, { recursive: true, force: true });
  }, SOME_MINUTES);

  test("gets back what was lost since a backup under load, while a device goes on publishing", async () => {
    await publish("before", 500);
    await until("500 readings", async () => (await count("before")) === "500 500");
    before = await readings("before");
    const load = await publisher("load");
    let isLoaded = true;
    const published = load.publishWhile(() => isLoaded, 1000);
    await until("the load is there", async () => Number((await count("load")).split(" ")[0]) > 1000, 60_000);
    const atLeast = Number((await count("load")).split(" ")[0]);
    const made = await deployment.kit("backup", "--json");
    isLoaded = false;
    await published;
    expect(made).toMatchObject({ code: 0 });
    const { id } = JSON.parse(made.stdout) as Listed;
    const sent = load.acknowledged.size;
    await until("all of the load", async () => (await count("load")) === `${sent} ${sent}`, 60_000);
    const loaded = (await readings("load")).split("\n");
    await ask("DELETE FROM readings WHERE sensor = 'before' AND value < 250");
    await ask("UPDATE readings SET value = -1 WHERE sensor = 'before' AND value = 300");
    const device = await publisher("meanwhile");
    // For as long as the restore takes: on a slow machine too, some come while the services are away.
    let isRestoring = true;
    const meanwhile = device.publishWhile(() => isRestoring, 20);

    const restore = ["restore", "--yes", "--snapshot", id.slice(0, 10)] as const;
    const early = await killed([...restore, "--config", deployment.site], replacing, true);
    const staged = await docker(
      ...["run", "--rm", "--network", "none", "--volume", `${deployment.container("restore")}:/restored:ro`],
      ...["--user", "0:0", "--entrypoint", "ls", await image("mosquitto"), "/restored/snapshot"],
    );
    const up = await deployment.kit("up", "--runner", runner);
    const { code, stdout, stderr } = await deployment.kit(...restore, "--json");
    isRestoring = false;
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
    // Of the load every reading up to a moment of the backup, and none behind it.
    const back = (await readings("load")).split("\n");
    expect(back.length).toBeGreaterThanOrEqual(atLeast);
    expect(back).toEqual(loaded.slice(0, back.length));
    // Readings that came while the services were away wait in the broker's store, which was left as it is.
    const last = device.acknowledged.size - 1;
    const isWhole = `SELECT count(*) = ${last} + 1 - min(value) AND max(value) = ${last} FROM readings WHERE sensor = 'meanwhile'`;
    await until("the readings of the time of the restore", async () => (await ask(isWhole)) === "t", 60_000);
    expect(await volumes()).toEqual([database, former]);
  });

  test("goes back to the data of before, killed half-way and run again, and forth again", async () => {
    const kept = await volumes();
    const undo = ["restore", "--undo", "--yes"] as const;
    await killed([...undo, "--config", deployment.site], undoing, true);
    const refused = [
      await deployment.kit("up", "--runner", runner),
      await deployment.kit("restore", "--yes"),
      await deployment.kit("restore", "--delete-former", "--yes"),
    ].map(({ code, stderr }) => [code, stderr.includes("restore --undo was stopped")]);
    const back = await deployment.kit(...undo, "--json");
    const damaged = await ask("SELECT count(*), min(value) FROM readings WHERE sensor = 'before'");
    const forth = await deployment.kit(...undo, "--json");

    expect(refused).toEqual([
      [1, true],
      [1, true],
      [1, true],
    ]);
    const former = expect.stringMatching(new RegExp(`^${database}-before-\\d{8}T\\d{6}Z$`));
    expect({ code: back.code, stdout: JSON.parse(back.stdout) }).toEqual({
      code: 0,
      stdout: {
        deployment: "e2e-restore",
        volumes: [{ volume: database, back: kept[1], former }],
        deleted: [],
      },
    });
    // 500 less the 250 that were deleted, and the one that was changed.
    expect(damaged).toBe("250|-1");
    expect({ code: forth.code, volumes: JSON.parse(forth.stdout).volumes }).toEqual({
      code: 0,
      volumes: [{ volume: database, back: JSON.parse(back.stdout).volumes[0].former, former }],
    });
    expect(await readings("before")).toBe(before);
  });

  test("is rehearsed without a change, and its data of before goes when told so", async () => {
    const rehearsed = await deployment.kit("restore", "--rehearse", "--json");
    const deleted = await deployment.kit("restore", "--delete-former", "--yes", "--json");

    expect([rehearsed.code, JSON.parse(rehearsed.stdout).volumes]).toEqual([0, []]);
    // Of the restore, of the way back and of the way forth.
    expect([deleted.code, JSON.parse(deleted.stdout).deleted.length]).toEqual([0, 3]);
    expect(await readings("before")).toBe(before);
    expect(await volumes()).toEqual([database]);
  });

  test("gets back the moment before a mistake, under load, reading by reading", async () => {
    await archived();
    // Everything but the database comes from a backup.
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
    await settled();
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
    // Readings that were seen before the moment are there, and none that had not begun just behind it.
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

  test("is not begun where the engine's disk has too little room", async () => {
    const [id] = await ids();
    const staging = deployment.container("restore");
    // As one that was stopped before its rehearsal, on a disk of 1 MiB.
    const now = { snapshot: id, made: "2026-01-01T00:00:00Z", swaps: [] };
    writeFileSync(join(deployment.home, "restore.json"), JSON.stringify({ now, former: [] }));
    const disk = ["--opt", "type=tmpfs", "--opt", "device=tmpfs", "--opt", "o=size=1m"];
    await docker("volume", "create", "--driver", "local", ...disk, staging);
    const { code, stderr } = await deployment.kit("restore", "--rehearse", "--snapshot", id as string);
    rmSync(join(deployment.home, "restore.json"));
    await docker("volume", "rm", staging);

    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: expect.stringMatching(
        /(^|\n)error: the engine's disk has [01] MiB left, and a rehearsal takes up to \d+ MiB; nothing was replaced\n {2}→ make room: /,
      ),
    });
  });

  test("is not begun from what a newer version of the kit, or of PostgreSQL, wrote", async () => {
    const before = await ids();
    const own = "--host e2e-restore --tag exploreiot,deployment=e2e-restore";
    const change = (
      filter: string,
    ) => `repository dump --host e2e-restore --tag exploreiot,deployment=e2e-restore latest /snapshot/manifest.json | jq '${filter}' >/tmp/changed
      cp /tmp/changed /snapshot/manifest.json; repository backup ${own} /snapshot/manifest.json; rm /snapshot/manifest.json`;
    await restic(
      `${change('.version = 3 | .kit = "9.0.0"')}; ${change(".version = 2 | .postgres.major = 99")}`,
    );
    const made = (await ids()).filter((id) => !before.includes(id));
    const answers = [];
    for (const id of made) answers.push(await deployment.kit("restore", "--yes", "--snapshot", id));
    await restic(`repository forget ${made.join(" ")}`);

    expect(answers.map(({ code, stderr }) => [code, stderr.split("\n").slice(-3, -1)])).toEqual([
      [
        1,
        [
          `error: snapshot ${made[0]?.slice(0, 8)}: its manifest is of version 3, and this version of the kit reads 2`,
          "  → restore it with the version of the kit that made it: 9.0.0",
        ],
      ],
      [
        1,
        [
          `error: snapshot ${made[1]?.slice(0, 8)} holds data of PostgreSQL 99, and this version of the kit runs PostgreSQL 17`,
          "  → restore it with the version of the kit that made it: 9.0.0",
        ],
      ],
    ]);
    expect(await ids()).toEqual(before);
  });

  test("has in a backup what leaves the broker for the database while it is made", async () => {
    await ask("CREATE TABLE held ()");
    // The dump takes its moment and then waits for this table.
    await docker(
      ...[
        "exec",
        "--detach",
        deployment.container("postgres"),
        "psql",
        "-h",
        "/run/postgresql",
        "-U",
        "postgres",
      ],
      ...["-d", "exploreiot", "-c", "BEGIN; LOCK held; SELECT pg_sleep(600)"],
    );
    const locks = (isGranted: boolean) =>
      ask(
        `SELECT count(*) FROM pg_locks WHERE relation = 'held'::regclass AND ${isGranted ? "" : "NOT"} granted`,
      );
    await until("the table is locked", async () => (await locks(true)) === "1");
    await docker("stop", deployment.container("ingest"));
    await publish("leaving", 50);
    const making = deployment.kit("backup", "--json");
    await until("the dump waits", async () => (await locks(false)) !== "0", 60_000);
    await docker("start", deployment.container("ingest"));
    await until("nothing waits in the broker", async () => (await count("leaving")) === "50 50", 60_000);
    const begun = Date.now() / 1000;
    await until("the broker has saved since", async () => {
      const store = "/sources/broker/mosquitto.db";
      return Number(await docker("exec", backupContainer, "stat", "-c", "%Y", store)) > begun;
    });
    await ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)'");
    const { code, stdout } = await making;
    await ask("DROP TABLE held");

    expect(code).toBe(0);
    const { id } = JSON.parse(stdout) as Listed;
    const inBroker = await restic(
      `repository dump ${id} /snapshot/broker/mosquitto.db | grep -aoF sensor/leaving | wc -l`,
    );
    const inDatabase = await restic(
      `dump=$(repository dump ${id} /snapshot/manifest.json | jq -r '.postgres.databases[0].dump')
      repository dump "$dump" /exploreiot.dump | pg_restore --data-only --file=- | grep -cP '^leaving\\t' || true`,
    );
    expect({ inBroker, inDatabase }).toEqual({ inBroker: "50", inDatabase: "0" });
  });

  test("comes back onto a machine that has nothing but the repository and its password, with what waited in the broker", async () => {
    await docker("stop", deployment.container("ingest"));
    await publish("waiting", 100);
    // Its files are copied once they hold what was acknowledged before.
    expect(await deployment.kit("backup")).toMatchObject({ code: 0 });
    await docker("start", deployment.container("ingest"));
    await until("nothing waits any more", async () => (await count("waiting")) === "100 100", 60_000);
    const again = await deployment.kit("restore", "--broker", "--yes", "--json");
    expect(again).toMatchObject({ code: 0 });
    expect(JSON.parse(again.stdout).volumes.map(({ volume }: { volume: string }) => volume)).toEqual([
      database,
      deployment.container("mosquitto-data"),
    ]);
    // Neither is in the dump: they came back with the broker's store alone.
    await until("what waited at the backup", async () => (await count("waiting")) === "100 100", 60_000);
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
        ...["restore", "--from", repository, "--credentials", join(disk, "credentials")],
        ...["--password-file", file, "--into", into, "--to", "latest", "--json"],
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
    expect(readFileSync(join(into, "sensor-password"), "utf8")).toBe(SENSOR_PASSWORD);
    expect(await ask("SELECT n FROM since_the_backup")).toBe("1");
    await until("what waited in the broker", async () => (await count("waiting")) === "100 100", 60_000);
  });

  test("comes back from a rendered folder, with a shell, Docker, the repository and its password", async () => {
    const files = new RenderedFolder({ DOCKER_HOST: "unix:///var/run/docker.sock" });
    onTestFinished(() => files.remove());
    await files.render({ site: join(disk, "project", basename(deployment.site)) });
    await deployment.wipe();
    const early = await files.shell("./start.sh restore");
    const secrets = join(files.server, "secrets");
    mkdirSync(secrets, { recursive: true, mode: 0o700 });
    copyFileSync(join(disk, "password"), join(secrets, "backup-password"));
    for (const variable of CREDENTIALS)
      copyFileSync(join(disk, "credentials", variable), join(secrets, `own-${secretOf(variable)}`));

    const { code, stderr } = await files.shell("./start.sh restore");

    expect([early.code, early.stderr.split("\n").at(-3)]).toEqual([
      1,
      "error: secrets/backup-password is not here",
    ]);
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(await readings("before")).toBe(before);
    await until("what waited in the broker", async () => (await count("waiting")) === "100 100", 60_000);
    await publish("after", 10);
    await until("a reading of a device", async () => (await count("after")) === "10 10");
    const again = await files.shell("./start.sh restore");
    expect([again.code, again.stderr.split("\n").at(-4)]).toEqual([
      1,
      `error: ${database} holds data, and this brings a backup onto a server that has none`,
    ]);
    // A container that writes to a half-filled volume would be worse than one that does not start.
    const marked = await files.shell("echo 0123 >secrets/.restoring; ./start.sh; rm secrets/.restoring");
    expect(marked.stderr).toContain(
      "error: a restore of snapshot 0123 was stopped, and volumes may be filled in part",
    );
    expect(await readings("before")).toBe(before);
  });
});
