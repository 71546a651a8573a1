import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { connect as dial } from "node:tls";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { replaceFile } from "../../core/private-files.ts";
import { SecretStore } from "../../core/secrets.ts";
import { run } from "../../runners/run.ts";
import { secretRotation } from "../../runners/secrets/rotate-secret.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, login, publish } from "../support/e2e-broker.ts";
import { secretsIn } from "../support/e2e-canary.ts";
import { killed } from "../support/e2e-kill.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const MQTT = 26_811;
const MQTTS = 26_812;
const HTTP = 26_813;
const PER_SECOND = 100;

const deployment = new TestDeployment({
  name: "e2e-rotate",
  hosts: ["localhost"],
  listeners: { mqtt: { port: MQTT }, mqtts: { port: MQTTS }, backend: { port: HTTP } },
  networks: { edge: { ipv4: "10.127.61.0/24" } },
  tls: { mqttClients: "certificates" },
  postgres: { tls: true },
  frontend: { enabled: false },
  http: { openWrites: false },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
});

/** The copy that another operator had before anything was rotated. */
const other = `${deployment.home}.other`;

const pki = (...path: readonly string[]) => readFileSync(join(deployment.home, "pki", ...path), "utf8");
const secretNames = () => readdirSync(join(deployment.home, "secrets")).sort();

/** The secrets that a client of the deployment holds. */
interface Held {
  readonly secrets: ReadonlyMap<string, string>;
  readonly ca: string;
  readonly device: { readonly cert: string; readonly key: string };
}

const held = (): Held => ({
  secrets: new Map(secretNames().map((name) => [name, deployment.secret(name)])),
  ca: pki("authority", "ca.crt"),
  device: {
    cert: pki("devices", "handed-out", "probe", "probe.crt"),
    key: pki("devices", "handed-out", "probe", "probe.key"),
  },
});

const tlsOf = ({ ca, device }: Held) => ({ ca, servername: "localhost", ...device });

/** Whether a login at PostgreSQL over the network works. */
async function atPostgres(user: string, password: string): Promise<boolean> {
  const address = `host=postgres user=${user} dbname=exploreiot sslmode=require`;
  const argv = ["psql", address, "-qtAc", "SELECT 1"];
  const env = ["--env", `PGPASSWORD=${password}`];
  return (
    (await run(["docker", "exec", ...env, deployment.container("postgres"), ...argv], { expected: [0, 2] }))
      .code === 0
  );
}

async function atRedis(user: string, password: string): Promise<boolean> {
  const script = `exec 3<>/dev/tcp/$HOSTNAME/6379; printf 'AUTH ${user} %s\\r\\n' "$(cat)" >&3; read -r answer <&3; echo "$answer"`;
  const argv = [
    "docker",
    "exec",
    "--interactive",
    deployment.container("redis"),
    "bash",
    "-c",
    script,
  ] as const;
  return (await run([...argv], { input: password })).stdout.startsWith("+OK");
}

async function atApi(key: string): Promise<boolean> {
  const answer = await fetch(`http://localhost:${HTTP}/api/mesures`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-API-Key": key },
    body: JSON.stringify({ capteur: "key", valeur: 1 }),
  });
  return answer.status === 201;
}

/** Whether the server's certificate is by one of those CAs. */
const trusts = (ca: string): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = dial({ port: MQTTS, host: "127.0.0.1", servername: "localhost", ca });
    const end = (trusted: boolean) => {
      socket.destroy();
      resolve(trusted);
    };
    socket.once("secureConnect", () => end(true));
    socket.once("error", () => end(false));
  });

/** The secrets that open a door today. */
async function accepted(client: Held) {
  const secret = (name: string) => client.secrets.get(name) as string;
  const mqtt = await login(MQTT, { username: "sensor", password: secret("mqtt-sensor-password") });
  const device = await login(MQTTS, {
    clientId: "probe",
    tls: tlsOf({ ...client, ca: pki("authority", "ca.crt") }),
  });
  return {
    api: await atPostgres("exploreiot_api", secret("role-api-postgres-password")),
    ingest: await atPostgres("exploreiot_ingest", secret("role-ingest-postgres-password")),
    owner: await atPostgres("exploreiot", secret("role-migrate-postgres-password")),
    redis: await atRedis("backend-api", secret("role-api-redis-password")),
    health: await atRedis("health", secret("redis-health-password")),
    mqtt: mqtt === "accepted",
    key: await atApi(secret("backend-api-key")),
    device: device === "accepted",
    ca: await trusts(client.ca),
  };
}

/**
 * The broker's word to a client that was let in by its former password, when it asks about everybody again. It tells nobody
 * that it does so at a signal; many round trips later it has.
 */
async function afterReload({ secrets }: Held): Promise<string> {
  const password = secrets.get("mqtt-sensor-password") as string;
  const client = await connect(MQTT, { username: "sensor", password });
  await docker("kill", "--signal", "HUP", deployment.container("mosquitto"));
  const answers = new Set<string>();
  for (let trip = 0; trip < 200; trip++) answers.add(await publish(client, "sensor/reload"));
  await client.endAsync();
  return [...answers].join();
}

const every = {
  api: true,
  ingest: true,
  owner: true,
  redis: true,
  health: true,
  mqtt: true,
  key: true,
  device: true,
  ca: true,
};
const none = Object.fromEntries(Object.keys(every).map((door) => [door, false]));

const stored = (sensor: string) =>
  docker(
    ...["exec", deployment.container("postgres"), "psql", "-h", "/run/postgresql", "-U", "postgres"],
    ...["-d", "exploreiot", "-Atc", `SELECT count(DISTINCT value) FROM readings WHERE sensor = '${sensor}'`],
  ).then(Number);

const below = (...args: readonly string[]) => kit([...args, "--config", deployment.site]);

const rotate = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await deployment.kit("rotate", "--runner", "compose", "--json", ...args);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout);
};

describe.skipIf(missing.compose)(titled("a rotation of everything under load", missing.compose), () => {
  beforeAll(async () => {
    await deployment.clear();
    await deployment.up("compose");
    for (const device of ["press", "probe"])
      expect((await kit(["devices", "issue", device, "--config", deployment.site])).code).toBe(0);
  });
  afterAll(async () => {
    await deployment.wipe();
    rmSync(other, { recursive: true, force: true });
  });

  test("that is killed on its way is finished by the same command; the old is refused, and no reading is lost", {
    timeout: 240_000,
  }, async () => {
    const before = held();
    expect(await accepted(before)).toEqual(every);
    cpSync(deployment.home, other, { recursive: true, verbatimSymlinks: true });
    const press = {
      cert: pki("devices", "handed-out", "press", "press.crt"),
      key: pki("devices", "handed-out", "press", "press.key"),
    };
    const device = await NumberedPublisher.connectDevice(MQTTS, "press", {
      ca: before.ca,
      servername: "localhost",
      ...press,
    });
    const sensor = await NumberedPublisher.connect(
      MQTT,
      "sensor",
      before.secrets.get("mqtt-sensor-password") as string,
      "hall",
    );
    let running = true;
    const load = Promise.all(
      [device, sensor].map(async (publisher) => publisher.publishWhile(() => running, PER_SECOND)),
    );

    const postgres = () =>
      docker("inspect", "--format", "{{.Id}}", deployment.container("postgres")).catch(() => "");
    const first = await postgres();
    const early = await killed(
      ["rotate", "--all", "--runner", "compose", "--config", deployment.site],
      () => until("PostgreSQL is replaced", async () => ![first, ""].includes(await postgres()), 60_000),
      true,
    );
    const list = JSON.parse((await deployment.kit("rotate", "--list", "--json")).stdout);
    const rotations = list.rotations.map(({ name }: { name: string }) => name);
    expect([early, list.interrupted]).toEqual([false, rotations]);

    const all = await rotate("--all");
    sensor.dialWith({ password: deployment.secret("mqtt-sensor-password") });
    device.dialWith({
      ca: pki("authority", "ca.crt"),
      cert: pki("devices", "handed-out", "press", "press.crt"),
      key: pki("devices", "handed-out", "press", "press.key"),
    });

    expect([all.rotated, Object.keys(all.bothAccepted)]).toEqual([
      rotations,
      ["backend-api-key", "device-ca", "mqtt-sensor-password", "server-ca"],
    ]);
    const between = held();
    expect(await accepted(between)).toEqual(every);
    // Only what clients outside of the deployment hold is accepted for a while.
    expect(await accepted(before)).toEqual({ ...none, mqtt: true, key: true, device: true, ca: true });
    expect(await afterReload(before)).toBe("accepted");
    const finished = await rotate("--finish");
    expect(finished.bothAccepted).toEqual({});
    expect(await accepted(held())).toEqual(every);
    expect(await accepted(before)).toEqual(none);
    running = false;
    await load;
    await sensor.close();
    await device.close();
    for (const [name, publisher] of [
      ["press", device],
      ["hall", sensor],
    ] as const) {
      expect(publisher.acknowledged.size).toBeGreaterThan(500);
      await until(`all of ${name}`, async () => (await stored(name)) >= publisher.acknowledged.size);
    }
    expect(secretNames().filter((name) => before.secrets.get(name) === deployment.secret(name))).toEqual([]);
  });

  test("is not undone by another operator with the secrets of before, who then takes over those of today", async () => {
    const folder = temporaryFolder();
    const [bundle, identity] = [join(folder, "bundle.age"), join(folder, "key.txt")];
    const key = await generateX25519Identity();
    writeFileSync(identity, key);
    const to = await identityToRecipient(key);
    expect((await below("secrets", "export", "--to", to, "--output", bundle)).code).toBe(0);
    const today = new Map(secretNames().map((name) => [name, deployment.secret(name)]));
    rmSync(deployment.home, { recursive: true });
    renameSync(other, deployment.home);
    // With another one its containers would be another checkout's, and refused for that.
    replaceFile(join(deployment.home, "secrets", "hash-key"), today.get("hash-key") as string);

    const older = await deployment.kit("up", "--runner", "compose");
    expect([older.code, older.stderr]).toEqual([
      1,
      expect.stringContaining(
        "deployment e2e-rotate: its secrets were rotated elsewhere (2 times; here 0 times), and this would bring older ones back\n",
      ),
    ]);
    const taken = await below("secrets", "import", bundle, "--identity", identity);
    expect([taken.code, taken.stderr]).toEqual([0, ""]);
    expect(new Map(secretNames().map((name) => [name, deployment.secret(name)]))).toEqual(today);
  });

  test("gives what is encrypted under a secret the new value before it counts, and takes the former away after", async () => {
    const home = temporaryFolder();
    const before = new SecretStore(home).value("vault");
    // A container that stands for a service with a keyring: a file with a value a line.
    const container = deployment.container("redis");
    const keyring = {
      container,
      add: ["bash", "-c", "cat >>/data/keyring; echo >>/data/keyring"],
      keep: ["bash", "-c", "tail -n 1 /data/keyring >/data/keyring.new; mv /data/keyring.new /data/keyring"],
    };
    const values = async () => (await docker("exec", container, "cat", "/data/keyring")).split("\n");
    await run(["docker", "exec", "--interactive", container, ...keyring.add], { input: before });
    const rotation = secretRotation({ home, name: "vault", readers: ["redis"], keyring });

    await rotation.stage("begin");
    const both = await values();
    await rotation.apply("begin");
    await rotation.settle?.();

    expect(both).toEqual([before, new SecretStore(home).value("vault")]);
    expect(await values()).toEqual(both.slice(1));
  });

  test("leaves no secret, new or old, in what can be looked at", async () => {
    expect(await secretsIn(deployment, "compose")).toEqual([]);
  });
});
