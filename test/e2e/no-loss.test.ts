import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EngineName } from "../../engines/record.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

const MQTT_PORT = 27_012;
const READINGS = 20_000;
const PER_SECOND = 1000;
const SENSOR = "numbered";
const SERVICES = ["ingest", "postgres", "redis", "mosquitto"];
const BETWEEN_KILLS = 2000;
/** What may lie between the publisher and the table in normal running. */
const ON_THE_WAY = 500;

const engine: EngineName = missing.compose === undefined ? "compose" : "terraform";
const deployment = new TestDeployment({
  name: "e2e-app-loss",
  listeners: { frontend: { port: 27_010 }, backend: { port: 27_011 }, mqtt: { port: MQTT_PORT } },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
});

describe.skipIf(missing[engine])(titled("readings while services are killed", missing[engine]), () => {
  let publisher: NumberedPublisher;

  beforeAll(async () => {
    await deployment.remove();
    await deployment.up(engine);
    const password = deployment.secret("mqtt-sensor-password");
    publisher = await NumberedPublisher.connect(MQTT_PORT, "sensor", password, SENSOR);
  });
  afterAll(async () => {
    await publisher?.close();
    await deployment.forget();
  });

  test("every acknowledged reading is in PostgreSQL, and once", async () => {
    const [killedAt] = await Promise.all([killEach(publisher), publisher.publish(READINGS, PER_SECOND)]);
    await until("all readings in the table", async () => (await stored()).rows >= READINGS, 60_000);

    // Each kill hit a publisher at work.
    expect(killedAt.filter((count) => count < READINGS)).toHaveLength(SERVICES.length);
    expect(publisher.acknowledged.size).toBe(READINGS);
    expect(await stored()).toEqual({ rows: READINGS, different: READINGS, last: READINGS - 1 });
  });
});

/** How many readings were acknowledged when each service was killed. */
async function killEach(publisher: NumberedPublisher): Promise<readonly number[]> {
  const killedAt: number[] = [];
  for (const role of SERVICES) {
    const due = (killedAt.length + 1) * BETWEEN_KILLS;
    await until("enough readings", async () => publisher.acknowledged.size >= due, 60_000);
    await until("the table to catch up", () => caughtUp(publisher), 60_000);
    killedAt.push(publisher.acknowledged.size);
    await docker("kill", deployment.container(role));
    // The engine counts it as stopped by hand and leaves it so: starting it again is the operator's.
    await docker("start", deployment.container(role));
  }
  return killedAt;
}

/** One fault at a time: the one before is over when what it held up is stored. */
async function caughtUp(publisher: NumberedPublisher): Promise<boolean> {
  const { size } = publisher.acknowledged;
  return (await stored().catch(() => ({ rows: 0 }))).rows > size - ON_THE_WAY;
}

async function stored() {
  const select = `SELECT count(*), count(DISTINCT value), max(value) FROM readings WHERE sensor = '${SENSOR}'`;
  const psql = ["psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "exploreiot", "-qtAc", select];
  const [rows, different, last] = (await docker("exec", deployment.container("postgres"), ...psql)).split(
    "|",
  );
  return { rows: Number(rows), different: Number(different), last: Number(last) };
}
