import { chmodSync, chownSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { inspectAll } from "../support/inspected.ts";

/**
 * A stack of its own, since no other has its stores outside: servers of the kit's images, run by hand on a network that the
 * deployment does not know, and reached at an address of the machine.
 */
const quickest: RunnerName = missing.compose === undefined ? "compose" : "terraform";
const NETWORK = "exploreiot-test-outside";
const HOST = "172.29.231.1";
const PORTS = { postgres: 25432, redis: 26379, mosquitto: 28883 };
const off = { enabled: false } as const;

/** As the official images have them. */
const USERS = { postgres: 999, redis: 999, mosquitto: 1883 };

let folder: string;
let plant: TestDeployment;

const at = (name: string) => join(folder, name);

/** A file that the user of an image may read. */
function put(name: string, text: string, uid: number): void {
  writeFileSync(at(name), text);
  chmodSync(at(name), 0o400);
  if (process.getuid?.() === 0) chownSync(at(name), uid, uid);
}

const site = (ca: string): DeploymentInput => {
  const server = (port: number) => ({ outside: { host: HOST, port, tls: { ca } } });
  return {
    name: "e2e-outside",
    frontend: off,
    listeners: { backend: { port: 28231 } },
    postgres: server(PORTS.postgres),
    redis: server(PORTS.redis),
    mosquitto: { ...server(PORTS.mosquitto), users: [{ name: "meter", publish: ["sensor/+"] }] },
  };
};

/** Starts a server that is ready soon, with its files mounted. */
async function serve(
  name: keyof typeof PORTS,
  inside: number,
  image: string,
  script: string,
): Promise<string> {
  const container = `${NETWORK}-${name}`;
  const published = `--publish=${HOST}:${PORTS[name]}:${inside}`;
  const place = [
    `--network=${NETWORK}`,
    published,
    `--user=${USERS[name]}:${USERS[name]}`,
    "--tmpfs=/work:mode=1777",
  ];
  const files = [`--volume=${folder}:/given:ro`];
  await docker(
    "run",
    "--detach",
    `--name=${container}`,
    ...place,
    ...files,
    "--entrypoint=sh",
    image,
    "-euc",
    script,
  );
  return container;
}

async function images(): Promise<Readonly<Record<string, string>>> {
  const recipes = imageRecipes(projectRoot, ["postgres", "redis", "mosquitto"], { source: "auto" });
  await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
  return Object.fromEntries(recipes.map(({ tag }) => [/\/(.*):/.exec(tag)?.[1], tag]));
}

const SERVE = {
  postgres: `
    export PATH=/usr/lib/postgresql/17/bin:$PATH
    initdb -D /work/pg -U postgres --auth-local=trust --auth-host=reject --encoding=UTF8 --no-sync >/dev/null
    echo "hostssl all all all scram-sha-256" >>/work/pg/pg_hba.conf
    sed -i '/reject$/d' /work/pg/pg_hba.conf
    exec postgres -D /work/pg -c listen_addresses='*' -c unix_socket_directories=/work -c fsync=off \\
      -c ssl=on -c ssl_cert_file=/given/postgres.crt -c ssl_key_file=/given/postgres.key`,
  redis: `exec valkey-server --port 0 --tls-port 6379 --tls-cert-file /given/redis.crt --tls-key-file /given/redis.key \\
    --tls-ca-cert-file /given/ca.pem --tls-auth-clients no --protected-mode no --dir /work --save "" --aclfile /given/redis-users.acl`,
  mosquitto: "exec mosquitto -c /given/mosquitto.conf",
};

const MOSQUITTO_CONF = `
listener 8883
certfile /given/mosquitto.crt
keyfile /given/mosquitto.key
allow_anonymous false
acl_file /given/mosquitto-acl
password_file /given/mosquitto-passwords
persistence false
`;

async function prepare(): Promise<void> {
  folder = mkdtempSync(join(tmpdir(), "exploreiot-outside-"));
  chmodSync(folder, 0o755);
  const [authority, stranger] = await Promise.all([makeAuthority("operator"), makeAuthority("stranger")]);
  const pair = await makeServerPair("outside", [HOST], authority);
  writeFileSync(at("ca.pem"), authority.certificate);
  writeFileSync(at("stranger.pem"), stranger.certificate);
  for (const [name, uid] of Object.entries(USERS)) {
    put(`${name}.crt`, pair.certificate, uid);
    put(`${name}.key`, pair.key, uid);
  }
  put("mosquitto.conf", MOSQUITTO_CONF, USERS.mosquitto);
}

/** The steps of an operator with the files that the kit writes. */
async function operate(): Promise<void> {
  const written = await plant.kit("outside", at("setup"), "--json");
  expect([written.code, written.stderr]).toEqual([0, ""]);
  const files = (
    JSON.parse(written.stdout) as { files: readonly { service: keyof typeof USERS; path: string }[] }
  ).files;
  for (const { service, path } of files)
    put(path.split("/").at(-1) as string, readFileSync(path, "utf8"), USERS[service]);
  const made = await images();
  const [postgres] = await Promise.all([
    serve("postgres", 5432, made.postgres as string, SERVE.postgres),
    serve("redis", 6379, made.redis as string, SERVE.redis),
    serve("mosquitto", 8883, made.mosquitto as string, SERVE.mosquitto),
  ]);
  const psql = ["docker", "exec", "--interactive", postgres, "psql", "-h/work", "-Upostgres"] as const;
  await until("PostgreSQL answers", async () => {
    // 126: its namespaces are not there yet.
    const { code } = await run([...psql, "-c", "SELECT 1"], { expected: [0, 1, 2, 126] });
    return code === 0;
  });
  await run([...psql, "-c", "CREATE ROLE operator LOGIN CREATEROLE CREATEDB"]);
  const sql = readFileSync(at("postgres.sql"), "utf8");
  // An administrator who is no superuser, and twice: it may be applied again.
  const asOperator = [
    "docker",
    "exec",
    "--interactive",
    postgres,
    "psql",
    "-h/work",
    "-Uoperator",
    "-dpostgres",
  ] as const;
  for (const _ of [1, 2]) await run(asOperator, { input: sql });
}

const listed = async (kind: "network" | "volume") =>
  (await docker(kind, "ls", "--format={{.Name}}", `--filter=name=${plant.container("")}`)).split("\n");

const containers = async () =>
  (await docker("ps", "--all", "--format={{.Names}}", `--filter=name=${plant.container("")}`)).split("\n");

async function clear(): Promise<void> {
  const left = Object.keys(PORTS).map((name) => `${NETWORK}-${name}`);
  await run(["docker", "rm", "--force", "--volumes", ...left], { expected: [0, 1] });
  await run(["docker", "network", "rm", NETWORK], { expected: [0, 1] });
}

describe.skipIf(missing[quickest])(titled("stores outside of the deployment", missing[quickest]), () => {
  beforeAll(async () => {
    await clear();
    await prepare();
    plant = new TestDeployment(site(at("ca.pem")));
    await plant.wipe();
    plant = new TestDeployment(site(at("ca.pem")));
    await docker("network", "create", `--subnet=${HOST.replace(/1$/, "0/24")}`, `--gateway=${HOST}`, NETWORK);
    await operate();
    await plant.up(quickest);
  });
  afterAll(async () => {
    await plant.wipe();
    await clear();
    rmSync(folder, { recursive: true, force: true });
  });

  test("have no container, volume or network, and a second up changes nothing", async () => {
    const all = [...(await containers()), ...(await listed("network")), ...(await listed("volume"))];
    const names = all.filter((name) => /postgres|redis|mosquitto/.test(name));

    expect(all.length).toBeGreaterThan(6);
    expect(names).toEqual([]);
    expect((await plant.up(quickest)).changed).toBe(false);
  });

  test("take a reading all the way, over TLS", async () => {
    const { code, stdout } = await plant.kit("follow", "--json");
    const told = JSON.parse(stdout);

    expect(told.hops.map(({ hop, state }: { hop: string; state: string }) => `${hop} ${state}`)).toEqual([
      "broker passed",
      "database passed",
      "api passed",
      "socket passed",
    ]);
    expect([code, told.listener, told.tls, told.failed, told.cleanedUp]).toEqual([
      0,
      "outside",
      true,
      null,
      true,
    ]);
    // By the server itself: nobody of the deployment is there without TLS.
    const clear = await docker(
      ...["exec", `${NETWORK}-postgres`, "psql", "-h/work", "-Upostgres", "-Atc"],
      "SELECT count(*) FILTER (WHERE ssl) > 0, count(*) FILTER (WHERE NOT ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'exploreiot'",
    );
    expect(clear).toBe("t|0");
  });

  test("are looked at by doctor and told by status", async () => {
    const [doctor, status] = await Promise.all([
      plant.kit("doctor", "--json"),
      plant.kit("status", "--json"),
    ]);
    const found = (
      JSON.parse(doctor.stdout).findings as { id: string; state: string; evidence: string }[]
    ).filter(({ id }) => id === "outside.answers");

    expect(found.map(({ state, evidence }) => `${state}: ${evidence}`)).toEqual([
      `ok: MQTT at ${HOST}:${PORTS.mosquitto}: lets backend in, over MQTT 5`,
      expect.stringMatching(/^ok: PostgreSQL at 172\.29\.231\.1:25432: lets exploreiot in; version 17\./),
      expect.stringMatching(/^ok: Redis at 172\.29\.231\.1:26379: lets backend-\w+ in; version \d/),
    ]);
    expect([status.code, JSON.parse(status.stdout).outside]).toEqual([
      0,
      [
        { service: "mosquitto", address: `${HOST}:${PORTS.mosquitto}`, tls: true },
        { service: "postgres", address: `${HOST}:${PORTS.postgres}`, tls: true },
        { service: "redis", address: `${HOST}:${PORTS.redis}`, tls: true },
      ],
    ]);
  });

  test("give no secret away, in no file that their operators get and in no container", async () => {
    const texts = [
      JSON.stringify(await inspectAll(await containers())),
      ...["mosquitto-acl", "mosquitto-passwords", "postgres.sql", "redis-users.acl"].map((name) =>
        readFileSync(at(name), "utf8"),
      ),
    ];
    const values = [...plant.secrets()].filter(([name]) => !name.endsWith(".key"));

    expect(values.length).toBeGreaterThan(8);
    for (const [name, value] of values)
      expect([name, texts.some((text) => text.includes(value))]).toEqual([name, false]);
  });

  test("are refused with another CA, and what runs goes on", async () => {
    plant.configure(site(at("stranger.pem")));
    const { code, stderr } = await plant.kit("up", "--runner", quickest);
    plant.configure(site(at("ca.pem")));

    expect(code).toBe(1);
    for (const [name, speaks] of Object.entries({
      mosquitto: "MQTT",
      postgres: "PostgreSQL",
      redis: "Redis",
    }))
      expect(stderr).toContain(
        `${speaks} at ${HOST}:${PORTS[name as keyof typeof PORTS]}: its certificate is from a CA that is not in ${name}.outside.tls.ca`,
      );
    expect((await plant.up(quickest)).changed).toBe(false);
    expect(existsSync(plant.home)).toBe(true);
  });
});
