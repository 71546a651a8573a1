import {
  copyFileSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { type BackupManifest, backupManifest, lastBackup } from "../../core/backup-manifest.ts";
import { SecretStore } from "../../core/secrets.ts";
import { run } from "../../runners/run.ts";
import { takeSecrets } from "../../runners/secrets/take.ts";
import { commandsOf, shellNextTo } from "../support/document-commands.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { BackupAlone, PASSWORD } from "../support/e2e-backup-alone.ts";
import { PostgresAlone, passwordFile, postgresImage } from "../support/e2e-postgres-alone.ts";
import { BackupTarget } from "../support/e2e-target.ts";
import { setRepositoryVersion } from "../support/restic-config.ts";

const subnet = (third: number) => ({ ipv4: `10.131.${third}.0/24` });
const deployment = new TestDeployment({
  name: "e2e-backup",
  backend: { enabled: false },
  frontend: { enabled: false },
  redis: { enabled: false },
  backup: { enabled: true },
  listeners: { mqtt: { port: 21931 } },
  networks: { edge: subnet(1), broker: subnet(2), data: subnet(3) },
});
const container = deployment.container("backup");

/** As the superuser, in the application's database. */
const sql = (statement: string): Promise<string> =>
  docker(
    ...["exec", deployment.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
    ...["-d", "exploreiot", "-v", "ON_ERROR_STOP=1", "-qtAc", statement],
  );

/** restic itself, in the container, with its password. */
const restic = (...words: readonly string[]): Promise<string> =>
  docker(
    ...["exec", "--env", "RESTIC_PASSWORD_FILE=/run/exploreiot/password", container],
    ...["restic", "--quiet", "--no-cache", ...words],
  );

/** A condition of a table whose function runs a program while it is restored, which writes down what it finds. */
const HOSTILE = `CREATE FUNCTION look(integer) RETURNS boolean LANGUAGE plpgsql AS
  'BEGIN COPY (SELECT 1) TO PROGRAM ''env >/dev/shm/looked; id >>/dev/shm/looked; cat /run/exploreiot/* >>/dev/shm/looked 2>&1; true''; RETURN true; END';
  CREATE TABLE odd (n integer CHECK (look(n))); INSERT INTO odd VALUES (1);`;

/** The command lines that were tried here, without their options. */
const tried = new Set<string>();

const verb = async (...words: readonly string[]) => {
  tried.add(["exploreiot", ...words.filter((word) => !word.startsWith("-"))].join(" "));
  const { code, stdout, stderr } = await run(
    ["node", "bin/exploreiot.js", ...words, "--config", deployment.site, "--json"],
    { expected: [0, 1, 2] },
  );
  return { code, stderr, value: JSON.parse(stdout) };
};

/** Values whose hash is another one on another server, or of another number of digits. */
const KINDS = `CREATE TYPE mood AS ENUM ('glad', 'sad');
  CREATE DOMAIN short AS text CHECK (length(value) < 9);
  CREATE COLLATION blind (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
  CREATE TABLE kinds (m mood, j json, n numeric, d short, b text COLLATE blind, r int4range, a text[], p point, gone integer, c regclass);
  ALTER TABLE kinds DROP COLUMN gone;
  INSERT INTO kinds VALUES ('sad', '{"a":  1}', 1.50, 'x', 'É', '[1,3)', '{a,NULL}', '(1,2)', 'kinds');
  INSERT INTO kinds DEFAULT VALUES;
  CREATE TABLE nothing (); INSERT INTO nothing DEFAULT VALUES;`;

describe.skipIf(missing.docker)(titled("backups of a deployment", missing.docker), () => {
  let first: { readonly id: string; readonly at: string };
  let manifest: BackupManifest;

  beforeAll(async () => {
    await deployment.clear();
    await deployment.up("compose");
    tried.add("exploreiot up");
    await sql(`CREATE TABLE measured (at timestamptz NOT NULL, value numeric, note text) PARTITION BY RANGE (at);
      CREATE TABLE measured_one PARTITION OF measured FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
      CREATE TABLE "Measured two" PARTITION OF measured FOR VALUES FROM ('2026-02-01') TO ('2026-03-01');
      INSERT INTO measured SELECT '2026-01-01'::timestamptz + i * interval '5 minutes', i / 3.0, 'ligne ' || i || E'\\n"é"' FROM generate_series(1, 10000) i;`);
    await sql(HOSTILE);
    await sql(KINDS);
    const { code, value, stderr } = await verb("backup");
    if (code !== 0) throw new Error(stderr);
    first = value;
    manifest = backupManifest.parse(JSON.parse(await restic("dump", "latest", "/snapshot/manifest.json")));
  });

  afterAll(() => deployment.wipe());

  test("one is verified as it is made, and holds what was there", async () => {
    expect(first).toEqual({
      deployment: "e2e-backup",
      repository: "the volume exploreiot-e2e-backup-backup-repository",
      id: expect.stringMatching(/^[0-9a-f]{64}$/),
      at: manifest.made,
      verified: true,
      bytes: expect.any(Number),
      seconds: expect.any(Number),
      password: join(deployment.home, "secrets/backup-password"),
    });
    const sum = (table: string, row: string) =>
      sql(
        `SELECT count(*) || ' ' || sum(hashint8extended(hash_record_extended(ROW(${row}), 0), 0)) FROM ${table}`,
      );
    // A value without a hash that is the same everywhere goes in as text.
    const measured = "at, ROW(value)::text, note";
    const [one, two] = [await sum("measured_one", measured), await sum('"Measured two"', measured)].map(
      (text) => text.split(" "),
    );
    expect(manifest.postgres).toEqual({
      major: 17,
      databases: [
        {
          name: "exploreiot",
          owner: "exploreiot",
          dump: expect.stringMatching(/^[0-9a-f]{64}$/),
          bytes: expect.any(Number),
          tables: [
            { schema: "public", table: "Measured two", rows: Number(two?.[0]), checksum: two?.[1] },
            { schema: "public", table: "kinds", rows: 2, checksum: expect.stringMatching(/^-?\d+$/) },
            { schema: "public", table: "measured_one", rows: Number(one?.[0]), checksum: one?.[1] },
            { schema: "public", table: "nothing", rows: 1, checksum: expect.stringMatching(/^-?\d+$/) },
            {
              schema: "public",
              table: "odd",
              rows: 1,
              checksum: await sum("odd", "n").then((text) => text.split(" ")[1]),
            },
          ],
        },
      ],
    });
    expect(Number(one?.[0]) + Number(two?.[0])).toBe(10_000);
    const sums = await docker(
      ...["exec", "--env", "RESTIC_PASSWORD_FILE=/run/exploreiot/password", container, "bash", "-c"],
      "restic --no-cache -q dump latest /snapshot/broker/mosquitto.db | sha256sum",
    );
    expect(manifest.broker?.sha256).toBe(sums.split(" ")[0]);
    expect(manifest.broker?.bytes).toBeGreaterThan(0);
    expect(manifest.images.postgres).toMatch(/^exploreiot\/postgres:/);
  });

  test("a dump of it makes the database in an empty PostgreSQL, row by row", async () => {
    const shell = shellNextTo(deployment.site);
    const dump = `exploreiot exec backup -- backup dump ${first.id.slice(0, 8)}`;
    expect((await shell(dump)).stdout).toBe("exploreiot\n");
    const empty = new PostgresAlone(await postgresImage());
    onTestFinished(() => empty.forget());
    await empty.prepare();
    await empty.start([...passwordFile, "--env=POSTGRES_USER=postgres"]);
    await empty.ready();
    const there = `docker exec --interactive ${empty.name}`;
    const as = "-h /run/postgresql -U postgres";
    // Who owns what has to be there, as in a deployment, whose PostgreSQL makes its roles at each start.
    await shell(`${there} psql ${as} -qc 'CREATE ROLE exploreiot' -c 'CREATE ROLE exploreiot_backup'`);
    await shell(`${dump} exploreiot | ${there} pg_restore ${as} --exit-on-error --create --dbname=postgres`);

    const rows = "SELECT schema_to_xml('public', true, false, '')";
    const restored = await shell(`${there} psql ${as} -d exploreiot -qtAc "${rows}"`);
    expect(restored.stdout.trim()).toBe(await sql(rows));
    expect(restored.stdout).toContain("ligne 10000");
  });

  test("a dump that is not in it is refused, with what is", async () => {
    const dump = (...words: readonly string[]) =>
      run(["docker", "exec", container, "backup", "dump", ...words], { expected: [1] });
    const said = async (...words: readonly string[]) =>
      (await dump(...words)).stderr.trim().split("\n").at(-1);

    expect(await said("--all")).toBe(
      "backup: snapshot --all: allowed: the hexadecimal id that backup list shows",
    );
    expect(await said("00000000")).toMatch(/^backup: snapshot 00000000: /);
    expect(await said(first.id, "other")).toBe(
      `backup: snapshot ${first.id} has no database other; it has ["exploreiot"]`,
    );
  });

  test("the deployment's own directory is in it, and no secret of it anywhere else", async () => {
    const password = await restic("dump", "latest", "/snapshot/home/secrets/postgres-superuser-password");
    expect(password).toBe(deployment.secret("postgres-superuser-password"));
    expect(await restic("dump", "latest", "/snapshot/home/site-file/site.json")).toContain('"e2e-backup"');
    const seen = await docker("inspect", container);
    for (const value of deployment.secrets().values()) expect(seen).not.toContain(value);
    expect(await docker("exec", container, "find", "/snapshot", "-type", "f")).toBe("");
  });

  test("what does not come back as it was counted is not verified", async () => {
    const changed = manifest.postgres?.databases[0]?.tables[0];
    const wrong = JSON.stringify({
      ...manifest,
      postgres: {
        ...manifest.postgres,
        databases: [
          {
            ...manifest.postgres?.databases[0],
            tables: [{ ...changed, rows: 1 }, ...(manifest.postgres?.databases[0]?.tables.slice(1) ?? [])],
          },
        ],
      },
    });
    await run(
      [
        ...([
          "docker",
          "exec",
          "--interactive",
          "--env",
          "RESTIC_PASSWORD_FILE=/run/exploreiot/password",
        ] as const),
        ...[container, "bash", "-c"],
        `set -e; restic -q --no-cache restore latest --target / --include /snapshot/postgres --include /snapshot/broker --include /snapshot/home; cat >/snapshot/manifest.json
         restic -q --no-cache backup --host e2e-backup --tag exploreiot,deployment=e2e-backup /snapshot; rm -rf /snapshot/*`,
      ],
      { input: wrong },
    );
    const { code, value } = await verb("backup", "verify");
    expect({ code, message: value.error.message }).toEqual({
      code: 1,
      message: expect.stringMatching(
        /^exploreiot-e2e-backup-backup: snapshot [0-9a-f]{8}: database exploreiot does not hold what was written down: public\.Measured two$/,
      ),
    });
    const { value: listed } = await verb("backup", "list");
    expect(listed.snapshots.map(({ verified }: { verified: boolean }) => verified)).toEqual([true, false]);
    const bad = listed.snapshots[1].id as string;
    const { value: state } = await verb("status", "--no-usage");
    expect(state).toMatchObject({
      well: false,
      backup: {
        last: { id: first.id },
        problems: [expect.stringContaining("does not hold what was written down")],
      },
    });
    await restic("forget", bad);
    expect((await verb("backup", "verify")).value.id).toBe(first.id);
    expect((await verb("backup", "check")).value.whole).toBe(true);
  });

  test("dumps stay as long as their backup, and no longer", async () => {
    const dumps = async () => {
      const listed = await restic("snapshots", "--json", "--tag", "exploreiot-dump,deployment=e2e-backup");
      return (JSON.parse(listed) as { id: string }[]).map(({ id }) => id);
    };
    const [before] = await dumps();
    await docker("exec", "--env", "BACKUP_KEEP=last=1", container, "backup", "now");
    const last = backupManifest.parse(JSON.parse(await restic("dump", "latest", "/snapshot/manifest.json")));
    expect(before).toBe(manifest.postgres?.databases[0]?.dump);
    expect(await dumps()).toEqual(last.postgres?.databases.map(({ dump }) => dump));
  });

  test("its role reads and writes nowhere, and says its age to Prometheus", async () => {
    const asRole = (statement: string) =>
      run(
        [
          ...(["docker", "exec", container, "bash", "-c"] as const),
          'export PGPASSWORD=$(cat /run/exploreiot/postgres.password); psql -h postgres -U exploreiot_backup -d exploreiot -qtAc "$0"',
          statement,
        ],
        { expected: [0, 1] },
      );
    expect((await asRole("SELECT count(*) FROM measured")).stdout.trim()).toBe("10000");
    for (const statement of [
      "DELETE FROM measured",
      "SET default_transaction_read_only = off; CREATE TABLE mine ()",
    ])
      expect((await asRole(statement)).code).toBe(1);
    const told = await docker(
      ...["exec", container, "bash", "-c"],
      "exec 3<>/dev/tcp/127.0.0.1/9100; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3",
    );
    const { verified } = lastBackup.parse(JSON.parse(await docker("exec", container, "backup", "state")));
    const at = Date.parse(verified?.at ?? "") / 1000;
    const [, shown] = /^exploreiot_backup_checked_timestamp_seconds (\S+)$/m.exec(told) ?? [];
    expect(Number(shown)).toBe(at);
  });

  test("a program that a dump runs while it is restored finds no power and no secret", async () => {
    const looked = await docker("exec", container, "cat", "/dev/shm/looked");
    expect(looked).toContain("uid=999");
    expect(looked).not.toMatch(/RESTIC|BACKUP_|AWS/);
    for (const value of deployment.secrets().values()) expect(looked).not.toContain(value);
  });

  test("it takes a new password, which opens all that was made before, and which alone does", async () => {
    const file = join(deployment.home, "secrets/backup-password");
    const former = readFileSync(file, "utf8");
    const snapshots = async () => (await verb("backup", "list")).value.snapshots;
    const before = await snapshots();
    const { code, stderr } = await verb("rotate", "backup-password");

    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(readFileSync(file, "utf8")).not.toBe(former);
    expect(await snapshots()).toEqual(before);
    expect(JSON.parse(await restic("key", "list", "--json"))).toEqual([
      expect.objectContaining({ current: true }),
    ]);
    const asking = ["docker", "exec", "--interactive", container, "restic", "--no-cache"] as const;
    const refused = await run([...asking, "--no-lock", "--password-file", "/dev/stdin", "cat", "config"], {
      input: former,
      expected: [12],
    });
    expect(refused.stderr).toContain("wrong password or no key found");
  });

  test("every command of docs/backup.md was run here", () => {
    const commands = commandsOf("docs/backup.md");
    expect(commands.length).toBeGreaterThan(4);
    expect(commands.filter((command) => !tried.has(command))).toEqual([]);
  });
});

describe.skipIf(missing.docker)(titled("faults of a backup's target", missing.docker), () => {
  const alone = new BackupAlone();

  beforeAll(() => alone.prepare());
  afterAll(() => alone.forget());

  test("a full target: what is there stays, and the same command finishes once there is room", async () => {
    await alone.start("type=tmpfs,dst=/repository,tmpfs-size=8388608");
    expect((await alone.backup("now")).code).toBe(0);
    alone.setData(12);
    expect(await alone.said("now")).toBe(
      "backup: /srv/backups is full: make room there, or keep fewer (backup.keep); the snapshots in it are whole",
    );
    expect(await alone.ids()).toHaveLength(1);
    alone.setData(1);
    expect((await alone.backup("now")).code).toBe(0);
    expect(await alone.ids()).toHaveLength(2);
    await docker("exec", alone.name, "rm", "/state/repository");
  });

  test("a target that is gone, an older one in its place, a wrong password, a newer version", async () => {
    await alone.start();
    expect((await alone.backup("now")).code).toBe(0);
    const away = `${alone.repository}.away`;
    renameSync(alone.repository, away);
    mkdirSync(alone.repository);
    await alone.start();
    expect(await alone.said("now")).toMatch(
      /^backup: \/srv\/backups is gone: repository [0-9a-f]{64} was there\./,
    );
    expect(readdirSync(alone.repository)).toEqual([]);
    rmSync(alone.repository, { recursive: true });
    renameSync(away, alone.repository);
    await alone.start();

    alone.setPassword("another one");
    const wrong =
      "backup: the password does not open /srv/backups: bring back the secret backup-password that it was made with";
    expect(await alone.said("now")).toBe(wrong);
    expect(await alone.said("list")).toBe(wrong);
    alone.setPassword(PASSWORD);

    setRepositoryVersion(alone.repository, PASSWORD, 3);
    expect(await alone.said("now")).toMatch(
      /^backup: \/srv\/backups was made by a newer restic than 0\.18\.\d+, which cannot read it/,
    );
    setRepositoryVersion(alone.repository, PASSWORD, 2);
    expect((await alone.backup("verify")).code).toBe(0);
  });

  test("a flipped byte is found by check and by verify, and the snapshot no longer counts as verified", async () => {
    const pack = readdirSync(join(alone.repository, "data"), { recursive: true, encoding: "utf8" })
      .map((name) => join(alone.repository, "data", name))
      .find((path) => statSync(path).size > 2 ** 19) as string;
    copyFileSync(pack, join(alone.folder, "pack"));
    const before = openSync(pack, "r+");
    writeSync(before, Buffer.from([0x55, 0xaa, 0x55]), 0, 3, 300_000);
    expect(await alone.said("check")).toMatch(/^backup: \/srv\/backups is damaged: /);
    expect(await alone.said("verify")).toMatch(
      /^backup: snapshot [0-9a-f]{8}: volumes\/own\/data cannot be read whole: \/srv\/backups is damaged: /,
    );
    expect(JSON.parse((await alone.backup("state")).stdout)).toMatchObject({ verified: null });
    copyFileSync(join(alone.folder, "pack"), pack);
    expect((await alone.backup("check")).code).toBe(0);
  });

  test("two at once, and one that is killed: the second is told, and the next one finishes the job", async () => {
    alone.setData(48);
    const [before] = await alone.ids();
    const killed = alone.backup("now");
    await holdUp();
    expect(await alone.backup("now")).toMatchObject({
      code: 75,
      stderr: expect.stringContaining("one backup, verification or check at a time"),
    });
    await docker(
      "exec",
      alone.name,
      "bash",
      "-c",
      "kill -KILL $(pgrep -f '[b]ackup now') $(pgrep -x restic)",
    );
    expect((await killed).code).toBe(137);
    expect(await alone.ids()).toEqual([before]);
    expect((await alone.backup("now")).code).toBe(0);
    expect(await alone.ids()).toHaveLength(2);
    expect((await alone.backup("check")).code).toBe(0);
  });

  test("one that is stopped with its container leaves no lock in the repository", async () => {
    alone.setData(48);
    const before = await alone.ids();
    const stopped = alone.backup("now");
    await holdUp();
    await goesOnWhenToldToEnd();
    await docker("stop", alone.name);
    expect((await stopped).code).toBe(143);
    await docker("start", alone.name);
    expect(await docker("exec", alone.name, "ls", "/repository/locks")).toBe("");
    expect(await alone.ids()).toEqual(before);
  });

  test("is made by its schedule when it is due, without being asked for, and the oldest one goes", async () => {
    const before = await alone.ids();
    await alone.start(undefined, 1);
    // They go on: by the time that somebody looks, all of before may be gone.
    await until(
      "one more, and one less",
      async () => {
        const ids = await alone.ids();
        return ids.length === 2 && !before.includes(ids[1] as string) && ids[0] !== before[0];
      },
      60_000,
    );
    expect(await alone.backup("health")).toMatchObject({ code: 0 });
  });

  const inside = (script: string) => ["exec", alone.name, "bash", "-c", script] as const;

  /** Stops restic as soon as it has its lock: it is in the middle of its work then, no matter what else is asked meanwhile. */
  const holdUp = () => {
    const isStopped = `[ "$(ls /repository/locks)" ] && pkill -STOP -f '[r]estic .*backup --json'`;
    return docker(...inside(`until ${isStopped}; do sleep 0.05; done`));
  };

  /** Lets it go on once it has SIGTERM, which everything in the container is sent as it ends. */
  const goesOnWhenToldToEnd = () => {
    const hasSignal = "grep -q '^ShdPnd:.*4000$' /proc/$(pgrep -xo restic)/status";
    const [exec, ...words] = inside(
      `trap '' TERM; until ${hasSignal}; do sleep 0.1; done; pkill -CONT -x restic`,
    );
    return docker(exec, "--detach", ...words);
  };
});

describe.skipIf(missing.docker)(titled("faults of a backup's target on a server", missing.docker), () => {
  const alone = new BackupAlone();
  const target = new BackupTarget(1);

  beforeAll(async () => {
    await alone.prepare();
    await target.open();
    await alone.start(undefined, undefined, "bridge");
  });
  afterAll(async () => {
    await alone.forget();
    await target.close();
  });

  test("over SFTP: its host key is checked before anything is sent, and its client's key has to fit", async () => {
    const own = await fromFiles(target.credentials("sftp"));
    const { private: stranger, public: other } = target.stranger;
    alone.at(target.sftp());
    alone.setCredentials({ ...own, SSH_KNOWN_HOSTS: `${target.address} ${other}` });
    const otherHost = await alone.said("now");
    alone.setCredentials({ ...own, SSH_KNOWN_HOSTS: "" });
    const unknownHost = await alone.said("now");
    alone.setCredentials({ ...own, SSH_PRIVATE_KEY: stranger });
    const otherClient = await alone.said("now");
    const before = await target.kibibytes("sftp");
    alone.setCredentials(own);
    const made = await alone.backup("now");
    const verified = await alone.backup("verify");
    await target.kill("sftp");
    const gone = await alone.said("now");
    await target.start("sftp");
    const back = await alone.backup("now");

    const wrongKey = `backup: ${target.sftp()} shows another host key than SSH_KNOWN_HOSTS of backup.credentials has: find out why before it is changed; nothing was sent`;
    expect([otherHost, unknownHost]).toEqual([wrongKey, wrongKey]);
    expect(otherClient).toBe(
      `backup: ${target.sftp()} does not let us in: check SSH_PRIVATE_KEY of backup.credentials, and the user's authorized_keys there`,
    );
    expect(before).toBeLessThan(8);
    expect([made.code, verified.code, back.code]).toEqual([0, 0, 0]);
    expect(gone).toMatch(/ does not answer: ssh: connect to host .* port 22: Connection refused$/);
    expect(await alone.ids()).toHaveLength(2);
  });

  /** As `up` takes them from files that `secrets:` names. */
  async function fromFiles(credentials: Readonly<Record<string, string>>): Promise<Record<string, string>> {
    const names = Object.keys(credentials);
    const files = join(alone.folder, "from");
    mkdirSync(files);
    for (const name of names) writeFileSync(join(files, name), `${credentials[name]}\n`);
    const sources = Object.fromEntries(names.map((name) => [name, { file: join(files, name) }]));
    const store = new SecretStore(files);
    await takeSecrets(sources, store, { issued: names });
    return Object.fromEntries(names.map((name) => [name, store.value(name)]));
  }

  test("over SFTP: a full disk is told, and nothing that was there is lost", async () => {
    alone.at(target.sftp("full"));
    alone.setCredentials(target.credentials("sftp"));
    const first = await alone.backup("now");
    alone.setData(16);
    const full = await alone.said("now");
    alone.setData(1);

    expect(first).toMatchObject({ code: 0 });
    expect(full).toBe(
      `backup: ${target.sftp("full")} is full: make room there, or keep fewer (backup.keep); the snapshots in it are whole`,
    );
    expect(await alone.ids()).toHaveLength(1);
  });

  test("over HTTPS: its certificate is of a CA that is named, and its password has to fit", async () => {
    const { RESTIC_CACERT: _, ...unknown } = target.credentials("rest");
    alone.at(target.rest);
    alone.setCredentials(unknown);
    const untrusted = await alone.said("now");
    alone.setCredentials({ ...target.credentials("rest"), RESTIC_REST_PASSWORD: "another one" });
    const refused = await alone.said("now");
    alone.setCredentials(target.credentials("rest"));
    const made = await alone.backup("now");
    const verified = await alone.backup("verify");

    expect([untrusted, refused]).toEqual([
      `backup: ${target.rest} shows a certificate of a CA that nobody here knows: name its PEM file, backup.credentials.RESTIC_CACERT`,
      `backup: ${target.rest} does not let us in: check RESTIC_REST_USERNAME and RESTIC_REST_PASSWORD of backup.credentials`,
    ]);
    expect([made.code, verified.code]).toEqual([0, 0]);
  });

  test("over HTTPS: a server that is full says so at once, and one that ends in the middle is waited for", async () => {
    alone.setData(24);
    await target.kill("rest");
    await target.start("rest", 10 * 2 ** 20);
    const full = await alone.said("now");
    await target.kill("rest");
    await target.start("rest");
    const before = await target.kibibytes("rest");
    const sending = alone.backup("now");
    await until("restic sends", async () => (await target.kibibytes("rest")) > before + 2048);
    await target.kill("rest");
    await target.start("rest");
    const waited = await sending;

    expect(full).toBe(
      `backup: ${target.rest} is full: make room there, or keep fewer (backup.keep); the snapshots in it are whole`,
    );
    expect(waited.code).toBe(0);
    expect(await alone.ids()).toHaveLength(2);
    expect((await alone.backup("check")).code).toBe(0);
  });
});
