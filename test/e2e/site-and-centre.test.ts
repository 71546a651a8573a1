import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connectAsync, type MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Line } from "../support/bridged-brokers.ts";
import { BROKER_ALONE } from "../support/broker-alone.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

// A file of its own: two whole deployments at once, of which one hands its readings on to the other.
const runner = missing.compose === undefined ? "compose" : "terraform";

/** This machine, as the broker of the site sees it. */
const MACHINE = "10.124.95.1";
const PORTS = { centre: 25_630, centreTls: 25_631, backend: 25_632, site: 25_633 } as const;

/** A minute of load while the line is cut. */
const PER_SECOND = 200;
const SECONDS = 60;
const TOTAL = PER_SECOND * SECONDS;

const off = { enabled: false };
const centre = new TestDeployment({
  name: "e2e-centre",
  hosts: [MACHINE],
  listeners: {
    mqtt: { port: PORTS.centre },
    mqtts: { port: PORTS.centreTls },
    backend: { port: PORTS.backend },
  },
  networks: { broker: { ipv4: "10.124.94.0/24" } },
  tls: { mqttClients: "certificates" },
  topics: { readings: "site/+/sensor/+" },
  frontend: off,
  mosquitto: {
    devices: { publish: ["site/%u/sensor/+", "status/%u"], subscribe: ["site/%u/command/+"] },
    users: [{ name: "watcher", subscribe: ["site/#"] }],
  },
});
const handedOut = mkdtempSync(join(tmpdir(), "exploreiot-e2e-lyon-"));
let line: Line;
let site: TestDeployment;

const siteOf = (port: number) =>
  new TestDeployment({
    name: "e2e-lyon",
    ...BROKER_ALONE,
    listeners: { mqtt: { port: PORTS.site } },
    networks: { broker: { ipv4: "10.124.95.0/24" } },
    secrets: { "mosquitto-bridge-key": { file: join(handedOut, "lyon.key") } },
    mosquitto: {
      users: [{ name: "sensor", publish: ["sensor/+"] }],
      bridge: {
        ...{ host: MACHINE, port, ca: join(handedOut, "server-ca.crt") },
        certificate: join(handedOut, "lyon.crt"),
      },
    },
  });

async function bridge(): Promise<{ readonly connected?: boolean; readonly waiting?: number }> {
  const { stdout } = await site.kit("status", "--json", "--no-usage");
  return (JSON.parse(stdout) as { bridge?: { connected: boolean; waiting: number } }).bridge ?? {};
}

/** The central database's rows of one sensor of the site. */
async function stored(sensor: string) {
  const select = `SELECT count(*), count(DISTINCT value), max(value) FROM readings WHERE sensor = 'lyon:${sensor}'`;
  const psql = ["psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "exploreiot", "-qtAc", select];
  const found = await docker("exec", centre.container("postgres"), ...psql);
  const [rows = 0, different = 0, last = 0] = found.split("|").map(Number);
  return { rows, different, last };
}

const whole = { rows: TOTAL, different: TOTAL, last: TOTAL - 1 };

const sensor = (name: string) =>
  NumberedPublisher.connect(PORTS.site, "sensor", site.secret("mqtt-sensor-password"), name);

/** Counts what the central broker gives to one who listens, for each topic and payload. */
async function watch(): Promise<{ readonly heard: Map<string, number>; readonly client: MqttClient }> {
  const client = await connectAsync(`mqtt://127.0.0.1:${PORTS.centre}`, {
    ...{ username: "watcher", password: centre.secret("mqtt-watcher-password"), clientId: "watcher" },
    ...{ clean: false, reconnectPeriod: 100, connectTimeout: 2_000 },
  });
  const heard = new Map<string, number>();
  client.on("error", () => undefined);
  client.on("message", (topic, payload) => {
    const message = `${topic} ${payload}`;
    heard.set(message, (heard.get(message) ?? 0) + 1);
  });
  await client.subscribeAsync("site/+/sensor/+", { qos: 1 });
  return { heard, client };
}

const reason = missing.docker ?? missing[runner];

describe.skipIf(reason)(titled("a site and its centre", reason), () => {
  beforeAll(async () => {
    await centre.clear();
    await centre.up(runner);
    const issued = await kit(["devices", "issue", "lyon", "-c", centre.site, "-o", handedOut]);
    expect({ code: issued.code, stderr: issued.stderr }).toEqual({ code: 0, stderr: "" });
    line = await Line.lay(() => PORTS.centreTls, "0.0.0.0");
    site = siteOf(line.port);
    await site.clear();
    await site.up(runner);
    await until("the bridge is connected", async () => (await bridge()).connected, 60_000);
  });

  afterAll(async () => {
    await line?.takeUp();
    await Promise.all([centre.wipe(), site?.wipe()]);
    rmSync(handedOut, { recursive: true, force: true });
  });

  test("lose no reading by a line that is cut for a minute under load, and store each once", async () => {
    const { heard, client } = await watch();
    const publisher = await sensor("minute");
    line.cut();
    await publisher.publish(TOTAL, PER_SECOND);
    // The broker says how much waits when it saves, every two seconds.
    await until("all wait", async () => (await bridge()).waiting === TOTAL);
    expect([await stored("minute"), await bridge()]).toEqual([
      { rows: 0, different: 0, last: 0 },
      expect.objectContaining({ connected: false, waiting: TOTAL }),
    ]);
    line.heal();

    await until("all are stored", async () => (await stored("minute")).rows >= TOTAL, 120_000);
    await until("nothing waits", async () => (await bridge()).waiting === 0, 60_000);
    expect([publisher.acknowledged.size, await stored("minute"), heard.size]).toEqual([TOTAL, whole, TOTAL]);
    await Promise.all([publisher.close(), client.endAsync()]);
  }, 300_000);

  test("lose none either when both brokers are restarted while it is cut, and deliver some twice", async () => {
    const { heard, client } = await watch();
    const publisher = await sensor("restart");
    let isOver = false;
    const publishing = publisher.publishWhile(() => !isOver, PER_SECOND);
    await until("some arrived", async () => (await stored("restart")).rows > PER_SECOND, 60_000);
    // In the middle of a flow: what was not acknowledged yet is sent again.
    line.cut();
    const before = publisher.acknowledged.size;
    await until("some wait", async () => publisher.acknowledged.size > before + 5 * PER_SECOND, 60_000);
    await Promise.all([centre, site].map((one) => docker("restart", one.container("mosquitto"))));
    const restarted = publisher.acknowledged.size;
    await until("it goes on", async () => publisher.acknowledged.size > restarted + 5 * PER_SECOND, 60_000);
    line.heal();
    await until("it is connected", async () => (await bridge()).connected, 60_000);
    isOver = true;
    await publishing;
    const total = publisher.acknowledged.size;

    await until("all are stored", async () => (await stored("restart")).rows >= total, 120_000);
    await until("nothing waits", async () => (await bridge()).waiting === 0, 60_000);
    await until("all were heard", async () => heard.size >= total, 60_000);
    const twice = [...heard.values()].filter((times) => times > 1).length;
    console.info(`${total} readings, of which ${twice} were delivered more than once`);
    expect([await stored("restart"), heard.size]).toEqual([
      { rows: total, different: total, last: total - 1 },
      total,
    ]);
    await Promise.all([publisher.close(), client.endAsync()]);
  }, 300_000);
});
