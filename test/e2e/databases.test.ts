import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { makeOldDatabase, OLD_PASSWORD } from "../support/e2e-old-database.ts";

const MIB = 1024 * 1024;
const deployment = new TestDeployment({
  name: "e2e-render-db",
  listeners: { backend: { port: 25511 }, mqtt: { enabled: false } },
  networks: {
    edge: { ipv4: "10.126.11.0/24" },
    broker: { ipv4: "10.126.12.0/24" },
    data: { ipv4: "10.126.13.0/24" },
  },
  frontend: { enabled: false },
  postgres: { tls: true, limits: { memoryMiB: 128, cpus: 1 } },
  redis: { limits: { memoryMiB: 32, cpus: 1 } },
});

const inPostgres = (...argv: readonly string[]) => docker("exec", deployment.container("postgres"), ...argv);
const sql = (text: string) =>
  inPostgres("psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "exploreiot", "-Atc", text);
const setting = (name: string) => sql(`SHOW ${name}`);

describe.skipIf(missing.compose)(titled("the databases", missing.compose), () => {
  beforeAll(async () => {
    await deployment.clear();
    await makeOldDatabase(deployment);
    await deployment.up("compose");
  });
  afterAll(() => deployment.wipe());

  test("keep what a deployment of one user stored, whose password opens nothing any more", async () => {
    const answer = await fetch("http://127.0.0.1:25511/api/mesures?capteur=before&limite=1000");
    expect(((await answer.json()) as object[]).length).toBe(50);
    const owners = "SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'";
    expect(await sql(owners)).toBe("exploreiot");
    expect(await as("api", "SELECT", { user: "exploreiot", password: OLD_PASSWORD })).toBe(
      "InvalidPasswordError",
    );
  });

  test("give each program the secrets that it needs, and no other program's", async () => {
    const programs = ["api", "ingest", "migrate"];
    const found = await Promise.all(programs.map((program) => secretsIn(`${program}-files`)));

    expect(Object.fromEntries(programs.map((program, index) => [program, found[index]]))).toEqual({
      api: [
        "backend-api-key",
        "backend-api-key-former",
        "role-api-postgres-password",
        "role-api-redis-password",
      ],
      ingest: ["mqtt-backend-password", "role-ingest-postgres-password", "role-ingest-redis-password"],
      migrate: ["role-migrate-postgres-password"],
    });
  });

  test("let no program do another's work", async () => {
    const denied = "InsufficientPrivilegeError";
    const statements = {
      "SELECT FROM readings": "done",
      "INSERT INTO readings VALUES ('roles', 1, now())": "done",
      "DELETE FROM readings": denied,
      "TRUNCATE readings": denied,
      "DROP TABLE readings": denied,
      "CREATE TABLE own (i int)": denied,
    };
    const drop = "SELECT condense_readings('2001-01-01', NULL)";
    const reject = "INSERT INTO rejects (topic, reason, payload_start) VALUES ('t', 'r', '')";
    const ends = async (role: string, asked: readonly string[]) =>
      Object.fromEntries(await Promise.all(asked.map(async (text) => [text, await as(role, text)])));

    const asked = [...Object.keys(statements), drop, reject];
    expect(await ends("api", asked)).toEqual({ ...statements, [drop]: denied, [reject]: denied });
    // The function is there to be called, and says that there is no such week.
    expect(await ends("ingest", asked)).toEqual({ ...statements, [drop]: "RaiseError", [reject]: "done" });
    expect(await as("api", "SELECT", { user: "exploreiot_ingest" })).toBe("InvalidPasswordError");
    expect(await as("ingest", "SELECT", { user: "postgres" })).toBe("InvalidAuthorizationSpecificationError");
  });

  test("keep each program to its part of Redis", async () => {
    const asked = [
      "SET exploreiot:rate:x 1",
      "GET other",
      "PUBLISH exploreiot:readings []",
      "FLUSHALL",
      "KEYS *",
    ];
    const script = [
      "import os, redis, sys",
      "r = redis.Redis(host='redis', username=os.environ['REDIS_USER'], password=open('/run/exploreiot/REDIS_PASSWORD').read())",
      "for line in sys.argv[1:]:",
      "    try: r.execute_command(*line.split()); print('done')",
      "    except redis.exceptions.NoPermissionError: print('denied')",
    ].join("\n");
    const ends = async (role: string) =>
      (await docker("exec", deployment.container(role), "python", "-c", script, ...asked)).split("\n");

    expect(await ends("api")).toEqual(["done", "denied", "done", "denied", "denied"]);
    expect(await ends("ingest")).toEqual(["denied", "denied", "done", "denied", "denied"]);
  });

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
    expect(await redisSettings(["maxmemory", "maxclients", "timeout", "client-output-buffer-limit"])).toEqual(
      [
        String(10 * MIB),
        "128",
        "600",
        `normal ${2 * MIB} ${MIB} 30 slave 268435456 67108864 60 pubsub ${2 * MIB} ${MIB} 30`,
      ],
    );
  });

  test("keep to TLS between application and PostgreSQL, and check who answers", async () => {
    const connections = () =>
      sql(
        "SELECT count(*) FILTER (WHERE ssl) || ' of ' || count(*) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE usename LIKE 'exploreiot_%'",
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
    // Of 16 connections the application has some, and what measures the disk has one.
    await inPostgres(...bench, "-c", "10", "-T", "5", "-n");
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

  /** The secrets of the deployment that stand, whole, in any file of a volume. */
  async function secretsIn(files: string): Promise<readonly string[]> {
    const image = await docker("inspect", "--format", "{{.Image}}", deployment.container("postgres"));
    const mount = `${deployment.container(files)}:/files:ro`;
    const options = ["--rm", "--network=none", "--user=0:0", "--entrypoint=", "-v", mount];
    const text = await docker("run", ...options, image, "sh", "-c", "find /files -type f -exec cat {} +");
    const found = [...deployment.secrets()].filter(([, value]) => text.includes(value));
    return found.map(([name]) => name).sort();
  }

  /** How a statement ends that a program of the backend sends, with its own login or with another. */
  function as(
    role: string,
    statement: string,
    login: { user?: string; password?: string } = {},
  ): Promise<string> {
    const script = [
      "import asyncio, asyncpg, os, sys",
      "statement, user, password = sys.argv[1:]",
      "e = os.environ",
      "async def main():",
      "    try:",
      "        c = await asyncpg.connect(host=e['DATABASE_HOST'], database=e['DATABASE_NAME'],",
      "            user=user or e['DATABASE_USER'], password=password or open(e['DATABASE_PASSWORD_FILE']).read())",
      "        await c.execute(statement)",
      "    except asyncpg.PostgresError as error: return type(error).__name__",
      "    return 'done'",
      "print(asyncio.run(main()))",
    ].join("\n");
    const argv = ["python", "-c", script, statement, login.user ?? "", login.password ?? ""];
    return docker("exec", deployment.container(role), ...argv);
  }

  /** The answer to a client that connects over TCP in this way, without a password. */
  async function reach(mode: string, host: string): Promise<string> {
    const command = `psql "host=${host} user=exploreiot dbname=exploreiot sslmode=$0 sslrootcert=/tmp/ca.crt" -w -c 'SELECT 1' 2>&1 || true`;
    const authority = await docker(
      "exec",
      deployment.container("api"),
      "cat",
      "/run/exploreiot/database-ca.crt",
    );
    return inPostgres("sh", "-c", `cat >/tmp/ca.crt <<'PEM'\n${authority}\nPEM\n${command}`, mode);
  }

  /** Keys until Redis takes no more, each written again while the append-only file is rewritten. */
  async function fillRedis(): Promise<void> {
    const script = [
      "import os, redis",
      "r = redis.Redis(host='redis', username=os.environ['REDIS_USER'], password=open('/run/exploreiot/REDIS_PASSWORD').read())",
      "full = 0",
      "for turn in range(3):",
      "    for i in range(4000):",
      "        try: r.set(f'exploreiot:fill-{i}', os.urandom(8192))",
      "        except redis.exceptions.OutOfMemoryError: full += 1",
      "assert full > 0",
      "for i in range(4000): r.delete(f'exploreiot:fill-{i}')",
    ].join("\n");
    await docker("exec", deployment.container("api"), "python", "-c", script);
  }

  /** Its users may ask for no setting, so the delivered file is read by a second Redis that knows no users. */
  async function redisSettings(names: readonly string[]): Promise<readonly (string | undefined)[]> {
    const image = await docker("inspect", "--format", "{{.Image}}", deployment.container("redis"));
    const script = `valkey-server /run/exploreiot/redis.conf --aclfile '' --dir /tmp --logfile /tmp/log & until valkey-cli ping >/tmp/pong 2>&1; do :; done; for name; do valkey-cli CONFIG GET "$name" | tail -1; done`;
    const volume = `${deployment.container("redis-files")}:/run/exploreiot:ro`;
    const options = ["--rm", "--network=none", "--user=999:999", "--tmpfs=/tmp:mode=1777", "-v", volume];
    return (await docker("run", ...options, image, "bash", "-c", script, "redis", ...names)).split("\n");
  }
});
