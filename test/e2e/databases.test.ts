import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";

const MIB = 1024 * 1024;
const deployment = new TestDeployment({
  name: "e2e-render-db",
  listeners: { backend: { port: 25511 }, mqtt: { enabled: false } },
  networks: {
    edge: { ipv4: "172.24.11.0/24" },
    broker: { ipv4: "172.24.12.0/24" },
    data: { ipv4: "172.24.13.0/24" },
  },
  frontend: { enabled: false },
  postgres: { tls: true, limits: { memoryMiB: 128, cpus: 1 } },
  redis: { limits: { memoryMiB: 32, cpus: 1 } },
});

const inPostgres = (...argv: readonly string[]) => docker("exec", deployment.container("postgres"), ...argv);
const sql = (text: string) =>
  inPostgres("psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "exploreiot", "-Atc", text);
const setting = (name: string) => sql(`SHOW ${name}`);

/** Sends commands as the application's user, whose password never leaves the container. */
const redis = (script: string) => docker("exec", deployment.container("redis"), "bash", "-euc", script);

/** The operator's way to look: a user of redis-cli that exists for this test only. */
async function redisConfig(name: string): Promise<string> {
  const password = deployment.secret("redis-app-password");
  return redis(`printf 'AUTH backend %s\\nCONFIG GET %s\\n' '${password}' '${name}' | redis-cli | tail -1`);
}

describe.skipIf(missing.compose)(titled("the databases", missing.compose), () => {
  beforeAll(async () => {
    await deployment.remove();
    await deployment.up("compose");
  });
  afterAll(() => deployment.forget());

  test("divide small containers and large ones by their limits", async () => {
    const names = [
      "max_connections",
      "shared_buffers",
      "effective_cache_size",
      "work_mem",
      "maintenance_work_mem",
    ];
    const shown = async () =>
      Object.fromEntries(await Promise.all(names.map(async (name) => [name, await setting(name)])));

    expect(await shown()).toEqual({
      max_connections: "16",
      shared_buffers: "32MB",
      effective_cache_size: "64MB",
      work_mem: "1MB",
      maintenance_work_mem: "8MB",
    });
    expect(await sql("SELECT name FROM pg_file_settings WHERE error IS NOT NULL OR NOT applied")).toBe("");
    expect(await running("redis", "maxmemory")).toBe(`${10 * MIB}`);
  });

  test("keep to TLS between application and PostgreSQL, and check who answers", async () => {
    const connections = () =>
      sql(
        "SELECT count(*) FILTER (WHERE ssl) || ' of ' || count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename = 'exploreiot'",
      );
    expect(await until("the application's connections", async () => (await connections()) !== "0 of 0")).toBe(
      true,
    );
    const [encrypted, all] = (await connections()).split(" of ");
    expect(encrypted).toBe(all);
    expect(await reach("verify-full", "postgres")).toContain("no password supplied");
    expect(await reach("disable", "postgres")).toContain("no encryption");
    expect(await reach("verify-full", "127.0.0.1")).toContain('does not match host name "127.0.0.1"');
  });

  test("stay within their limits under load", async () => {
    const bench = ["pgbench", "-h", "/run/postgresql", "-U", "postgres", "postgres"];
    await inPostgres(...bench, "-i", "-s", "5", "-q");
    await inPostgres(...bench, "-c", "12", "-T", "5", "-n");
    const hash = "SELECT count(*) FROM (SELECT DISTINCT aid, bid, filler FROM pgbench_accounts) x";
    const psql = `psql -h /run/postgresql -U postgres -Atc '${hash}'`;
    await inPostgres("sh", "-c", `for i in 1 2 3 4 5 6 7 8; do ${psql} & done; wait`);
    await fillRedis();

    for (const role of ["postgres", "redis"]) {
      const [{ State, RestartCount }] = JSON.parse(await docker("inspect", deployment.container(role)));
      expect({ role, killed: State.OOMKilled, RestartCount, health: State.Health.Status }).toEqual({
        role,
        killed: false,
        RestartCount: 0,
        health: "healthy",
      });
    }
  });

  /** What a client is told that connects over TCP in this way, without a password. */
  async function reach(mode: string, host: string): Promise<string> {
    const command = `psql "host=${host} user=exploreiot dbname=exploreiot sslmode=$0 sslrootcert=/tmp/ca.crt" -w -c 'SELECT 1' 2>&1 || true`;
    const authority = await docker("exec", deployment.container("api"), "cat", "/run/exploreiot/database-ca.crt");
    return inPostgres("sh", "-c", `cat >/tmp/ca.crt <<'PEM'\n${authority}\nPEM\n${command}`, mode);
  }

  /** Keys until Redis takes no more, each written again while the append-only file is rewritten. */
  async function fillRedis(): Promise<void> {
    const script = [
      "import os, redis",
      "r = redis.Redis(host='redis', username='backend', password=open('/run/exploreiot/REDIS_PASSWORD').read())",
      "full = 0",
      "for turn in range(3):",
      "    for i in range(4000):",
      "        try: r.set(f'exploreiot:fill-{i}', os.urandom(8192))",
      "        except redis.exceptions.ResponseError as error:",
      "            assert 'OOM' in str(error), error",
      "            full += 1",
      "assert full > 0",
      "for i in range(4000): r.delete(f'exploreiot:fill-{i}')",
    ].join("\n");
    await docker("exec", deployment.container("api"), "python", "-c", script);
  }

  /** A setting as the program started with it: its INFO says so to every user. */
  async function running(_role: "redis", name: string): Promise<string | undefined> {
    const script = `import redis; print(redis.Redis(host='redis', username='backend', password=open('/run/exploreiot/REDIS_PASSWORD').read()).execute_command('MEMORY', 'STATS') and 0)`;
    void script;
    return redisConfig(name);
  }
});
