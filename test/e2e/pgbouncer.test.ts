import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { operatorsImage } from "../support/e2e-patroni.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

/** PostgreSQL outside, behind a PgBouncer that pools by transaction, with TLS and SCRAM as docs/outside.md has them. */
const runner: RunnerName = missing.compose === undefined ? "compose" : "terraform";
const reason = missing[runner] ?? missing.docker;
const MINUTES = 300_000;
const NAME = "exploreiot-test-pgbouncer";
const HOST = "172.29.236.1";
const PORT = 25437;
const LISTENERS = { mqtt: { port: 25438 }, backend: { port: 25439 } };

const folder = mkdtempSync(join(tmpdir(), "exploreiot-pgbouncer-"));
const plant = new TestDeployment({
  name: "e2e-pgbouncer",
  frontend: { enabled: false },
  listeners: LISTENERS,
  postgres: { outside: { host: HOST, port: PORT, tls: { ca: join(folder, "ca.pem") } } },
  mosquitto: { users: [{ name: "meter", publish: ["sensor/+"] }] },
} satisfies DeploymentInput);

const PGBOUNCER = `
[databases]
* = host=/work
[users]
exploreiot_ingest = pool_mode=session
[pgbouncer]
listen_addr = *
listen_port = 6432
unix_socket_dir =
pool_mode = transaction
default_pool_size = 3
auth_type = scram-sha-256
auth_user = postgres
auth_dbname = postgres
client_tls_sslmode = require
client_tls_cert_file = /work/server.crt
client_tls_key_file = /work/server.key
stats_users = postgres
`;

/** No login at PostgreSQL itself but by its socket, and there with a password, as PgBouncer has to bring it. */
const SERVE = `
  install -d -o postgres -m 0700 /work
  install -o postgres -m 0600 /given/server.crt /given/server.key /given/pgbouncer.ini /work
  export HOME=/work PATH=/usr/lib/postgresql/17/bin:$PATH
  as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; }
  as initdb -D /work/data -U postgres --auth-local=trust --auth-host=reject --encoding=UTF8 --no-sync >/dev/null
  printf 'local all postgres,operator trust\\nlocal all all scram-sha-256\\n' >/work/data/pg_hba.conf
  as postgres -D /work/data -c listen_addresses= -c unix_socket_directories=/work -c fsync=off &
  exec setpriv --reuid=postgres --regid=postgres --init-groups /usr/sbin/pgbouncer /work/pgbouncer.ini
`;

/** At PostgreSQL itself. */
async function psql(user: string, database: string, sql: string): Promise<string> {
  const argv = [
    "docker",
    "exec",
    "--interactive",
    NAME,
    "psql",
    "-h/work",
    `-U${user}`,
    `-d${database}`,
  ] as const;
  const { stdout } = await run([...argv, "-XAtq", "-v", "ON_ERROR_STOP=1"], { input: sql });
  return stdout.trim();
}

async function clear(): Promise<void> {
  await run(["docker", "rm", "--force", "--volumes", NAME], { expected: [0, 1] });
  await run(["docker", "network", "rm", NAME], { expected: [0, 1] });
}

async function operate(): Promise<void> {
  const [authority, image] = await Promise.all([makeAuthority("operator"), operatorsImage()]);
  const pair = await makeServerPair("pgbouncer", [HOST], authority);
  const files = {
    "ca.pem": authority.certificate,
    "server.crt": pair.certificate,
    "server.key": pair.key,
    "pgbouncer.ini": PGBOUNCER,
  };
  chmodSync(folder, 0o755);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  await docker("network", "create", `--subnet=${HOST.replace(/1$/, "0/24")}`, `--gateway=${HOST}`, NAME);
  await docker(
    ...["run", "--detach", "--init", `--name=${NAME}`, `--network=${NAME}`, `--publish=${HOST}:${PORT}:6432`],
    ...[`--volume=${folder}:/given:ro`, image, "sh", "-euc", SERVE],
  );
  await until("PostgreSQL answers", async () => {
    const asked = await run(["docker", "exec", NAME, "psql", "-h/work", "-Upostgres", "-c", "SELECT 1"], {
      expected: [0, 1, 2, 126],
    });
    return asked.code === 0;
  });
  const { code, stderr } = await plant.kit("outside", join(folder, "setup"));
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  await psql("postgres", "postgres", "CREATE ROLE operator LOGIN CREATEROLE CREATEDB");
  await psql("operator", "postgres", readFileSync(join(folder, "setup", "postgres.sql"), "utf8"));
}

describe.skipIf(reason)(titled("PostgreSQL outside behind PgBouncer", reason), { timeout: MINUTES }, () => {
  beforeAll(async () => {
    await clear();
    await plant.clear();
    await operate();
    await plant.up(runner);
  }, MINUTES);
  afterAll(async () => {
    await plant.wipe();
    await clear();
    rmSync(folder, { recursive: true, force: true });
  });

  test("takes readings and answers for them, by fewer connections than programs have", async () => {
    const password = plant.secret("mqtt-meter-password");
    const device = await NumberedPublisher.connect(LISTENERS.mqtt.port, "meter", password, "pooled");
    const reader = async () => {
      const states = new Set<number>();
      for (let turn = 0; turn < 20; turn += 1) {
        const path = "/api/mesures?capteur=pooled&limite=10";
        states.add((await fetch(`http://127.0.0.1:${LISTENERS.backend.port}${path}`)).status);
      }
      return [...states];
    };
    const asked = Promise.all(Array.from({ length: 15 }, reader));
    await device.publish(2000, 500);
    await device.close();
    const values = () =>
      psql("postgres", "exploreiot", "SELECT value FROM readings WHERE sensor = 'pooled' ORDER BY value");
    await until("all are stored", async () => (await values()).split("\n").length >= 2000);

    expect((await values()).split("\n").map(Number)).toEqual(
      Array.from({ length: 2000 }, (_, index) => index),
    );
    expect(new Set((await asked).flat())).toEqual(new Set([200]));
    // The API has a pool of five, and its database three servers.
    const servers = await psql(
      "postgres",
      "postgres",
      "SELECT count(*) <= 3, count(*) > 0 FROM pg_stat_activity WHERE usename = 'exploreiot_api'",
    );
    expect(servers).toBe("t|t");
  });

  test("keeps no lock of a run of the hourly work, and lets the next one begin", async () => {
    const locks = () =>
      psql("postgres", "exploreiot", "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'");
    const retention = ["exec", plant.container("ingest"), "python", "-m", "exploreiot", "retention"] as const;

    for (const _ of [1, 2, 3]) expect(await docker(...retention)).toContain("due: none");
    expect(await locks()).toBe("0");
  });

  test("is examined, followed and asked by the verbs", async () => {
    const [doctor, follow, rows] = await Promise.all([
      plant.kit("doctor", "--json"),
      plant.kit("follow", "--json"),
      plant.kit("psql", "--", "-XAtc", "SELECT count(*) > 0 FROM readings"),
    ]);
    const found = (JSON.parse(doctor.stdout).findings as { id: string; state: string; evidence: string }[])
      .filter(({ id }) => id.startsWith("outside."))
      .map(({ id, state, evidence }) => `${id} ${state}: ${evidence}`);

    expect(found).toEqual([
      expect.stringMatching(
        /^outside\.answers ok: PostgreSQL at 172\.29\.236\.1:25437: lets exploreiot in; version 17\./,
      ),
      `outside.writes ok: PostgreSQL at ${HOST}:${PORT}: takes writes`,
    ]);
    expect([follow.code, JSON.parse(follow.stdout).failed]).toEqual([0, null]);
    expect([rows.code, rows.stdout.trim()]).toEqual([0, "t"]);
  });
});
