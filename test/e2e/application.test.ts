import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import type { RunnerName } from "../../runners/record.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect } from "../support/e2e-broker.ts";
import { DESKTOP, openPage, PHONE } from "../support/e2e-page.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

const PORTS = { frontend: 27_020, backend: 27_021, mqtt: 27_022 } as const;
const SILENT_AFTER_SECONDS = 4;
const PER_SECOND = 1000;
const SENSOR = "numbered";
const SERVICES = ["ingest", "postgres", "redis", "mosquitto"];
const BETWEEN_KILLS = 2000;
/** The time between the publisher and the table in normal running. */
const ON_THE_WAY = 500;

const runner: RunnerName = missing.compose === undefined ? "compose" : "terraform";
const deployment = new TestDeployment({
  name: "e2e-app",
  listeners: {
    frontend: { port: PORTS.frontend },
    backend: { port: PORTS.backend },
    mqtt: { port: PORTS.mqtt },
  },
  sensors: { boiler: { label: "Boiler", unit: "°C", intervalSeconds: 3600, high: 80 } },
  alarms: { silentAfterSeconds: SILENT_AFTER_SECONDS },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+", "status/pump"] },
      { name: "viewer", subscribe: ["alarm/+"] },
    ],
  },
});

const address = `http://localhost:${PORTS.frontend}/?sensor=temp`;
const password = () => deployment.secret("mqtt-sensor-password");
const LATEST = '[data-testid="latest-temp"]';
const STATE = '[data-testid="connection"]';

describe.skipIf(missing[runner])(titled("the reference application", missing[runner]), () => {
  beforeAll(async () => {
    await deployment.clear();
    await deployment.up(runner);
  });
  afterAll(() => deployment.wipe());

  describe.skipIf(missing.browser)(titled("its page", missing.browser), () => {
    let sensors: MqttClient;
    /** The sensor `temp` keeps talking; `porte` says something once. */
    let talk: NodeJS.Timeout;
    let temperature = 20;
    const say = (sensor: string, value: number) =>
      sensors.publishAsync(`sensor/${sensor}`, String(value), { qos: 1 });

    beforeAll(async () => {
      sensors = await connect(PORTS.mqtt, { username: "sensor", password: password() });
      await say("porte", 1);
      talk = setInterval(() => void say("temp", temperature), 500);
    });
    afterAll(async () => {
      clearInterval(talk);
      await sensors?.endAsync();
    });

    test("a value arrives live, and the chart moves", async () => {
      const { page, complaints, close } = await openPage(address);
      const chart = page.getByTestId("chart");
      await page.waitForSelector(`${LATEST}[data-value="20"]`);
      const before = await picture(page);

      temperature = 31.25;

      await page.waitForSelector(`${LATEST}[data-value="31.25"]`);
      const label = "Chart of temp: lowest 20, highest 31.25";
      await until("the chart's summary", async () =>
        (await chart.getAttribute("aria-label"))?.startsWith(label),
      );
      await until("another picture", async () => (await picture(page)) !== before);
      expect(await page.textContent(LATEST)).toBe("31.25");
      expect(complaints).toEqual([]);
      await close();
    });

    test("a stopped backend shows as connection lost, and what was missed arrives after its start", async () => {
      const { page, close } = await openPage(address);
      await page.waitForSelector(".sensor[data-status=silent] [data-testid=latest-porte]");
      await page.waitForSelector(`.sensor[data-status=live] ${LATEST}`);

      await docker("stop", deployment.container("api"));
      await page.waitForSelector(`${STATE}[data-state=lost]`);
      const lost = { state: await page.textContent(STATE), sensors: await statuses(page) };
      // The broker and `ingest` go on: nobody who publishes is held up.
      await say("fenetre", 5);
      await docker("start", deployment.container("api"));
      await page.waitForSelector(`${STATE}[data-state=open]`, { timeout: 40_000 });
      await page.waitForSelector('.sensor [data-testid=latest-fenetre][data-value="5"]');
      await page.waitForSelector(`.sensor[data-status=live] ${LATEST}`);

      // Without a connection nothing is known of any sensor, and none is called silent.
      expect(lost).toEqual({ state: "Connection lost", sensors: ["unknown", "unknown"] });
      expect(await page.textContent(STATE)).toBe("Live");
      await close();
    });

    test("speaks French on a phone of that language", async () => {
      const { page, complaints, close } = await openPage(address, { visitor: PHONE });
      await page.waitForSelector(LATEST);
      expect({
        lang: await page.getAttribute("html", "lang"),
        state: await page.textContent(STATE),
        heading: await page.getByRole("heading", { level: 2 }).first().textContent(),
        sideways: await page.evaluate("document.documentElement.scrollWidth > innerWidth"),
      }).toEqual({ lang: "fr", state: "En direct", heading: "Capteurs", sideways: false });
      expect(complaints).toEqual([]);
      await close();
    });

    test.each([
      ["desktop", DESKTOP],
      ["phone", PHONE],
    ])("axe finds no fault on a %s", async (_name, visitor) => {
      const { page, close } = await openPage(address, { visitor });
      await page.waitForSelector(".sensor[data-status=silent]");
      await page.locator("form button").click();
      expect(await accessFaults(page)).toEqual([]);
      await close();
    });
  });

  test("tells of alarms, of devices, and of a chain that is broken, with the rights that the kit gives", async () => {
    const viewer = await connect(PORTS.mqtt, {
      username: "viewer",
      password: deployment.secret("mqtt-viewer-password"),
    });
    const sensor = await connect(PORTS.mqtt, { username: "sensor", password: password() });
    onTestFinished(async () => void (await Promise.all([viewer.endAsync(), sensor.endAsync()])));
    const heard: unknown[] = [];
    viewer.on("message", (topic, payload) => heard.push([topic, JSON.parse(String(payload))]));
    await viewer.subscribeAsync("alarm/+", { qos: 1 });

    await sensor.publishAsync("status/pump", "online", { qos: 1, retain: true });
    await sensor.publishAsync("sensor/boiler", "81", { qos: 1 });
    await until("the alarm", async () => heard.length > 0);
    const [alarm, ...others] = await api<readonly object[]>("/alarmes");
    await until("the device", async () => (await api<readonly object[]>("/appareils")).length > 0);

    expect(alarm).toMatchObject({ capteur: "boiler", genre: "haut", valeur: 81, limite: 80, fin: null });
    expect([others, heard]).toEqual([[], [["alarm/boiler", alarm]]]);
    expect(await api("/appareils")).toMatchObject([{ appareil: "pump", en_ligne: true }]);
    expect(await api("/reglages")).toEqual({
      capteurs: {
        boiler: {
          ...{ nom: "Boiler", unite: "°C", decimales: null, intervalle_secondes: 3600 },
          ...{ bas: null, haut: 80 },
        },
      },
      silence_secondes: SILENT_AFTER_SECONDS,
    });
    await until("the whole chain", async () => (await broken()).length === 0);
    await docker("stop", deployment.container("ingest"));
    // One after the other: the broker says of ingest that it has gone, and nobody asks the broker any more.
    await until("a word about both", async () => (await broken()).length > 1);
    expect(await broken()).toEqual([
      { nom: "courtier", etat: "inconnu" },
      { nom: "ingestion", etat: "panne" },
    ]);
    await docker("start", deployment.container("ingest"));
    await until("the whole chain", async () => (await broken()).length === 0);
  });

  test("stores every acknowledged reading, and once, while services are killed", async () => {
    const publisher = await NumberedPublisher.connect(PORTS.mqtt, "sensor", password(), SENSOR);
    onTestFinished(() => publisher.close());
    // It publishes for as long as the kills take: each of them hits a publisher at work, on a slow machine too.
    let isKilling = true;
    const published = publisher.publishWhile(() => isKilling, PER_SECOND);
    await killEach(publisher).finally(() => {
      isKilling = false;
    });
    await published;
    const sent = publisher.acknowledged.size;
    await until("all readings in the table", async () => (await stored()).rows >= sent, 60_000);

    expect(await stored()).toEqual({ rows: sent, different: sent, last: sent - 1 });
  });
});

async function api<T>(path: string): Promise<T> {
  return (await fetch(`http://localhost:${PORTS.backend}/api${path}`)).json() as Promise<T>;
}

/** The hops of the chain that are not well. */
async function broken() {
  const { maillons } = await api<{ maillons: readonly { nom: string; etat: string }[] }>("/chaine");
  return maillons.filter(({ etat }) => etat !== "ok").map(({ nom, etat }) => ({ nom, etat }));
}

const picture = (page: Page) =>
  page.evaluate<string>(`document.querySelector('[data-testid="chart"] canvas').toDataURL()`);

const statuses = (page: Page) =>
  page.locator(".sensor").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-status")));

/** The findings of axe on the page as it is; the library is one of the frontend's own packages. */
async function accessFaults(page: Page): Promise<unknown> {
  const packages = createRequire(join(projectRoot, "apps", "frontend", "package.json"));
  await page.evaluate(readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8"));
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, impact }) => [id, impact]))",
  );
}

/** Kills each service in turn, and ends when readings are acknowledged and stored again behind the last kill. */
async function killEach(publisher: NumberedPublisher): Promise<void> {
  const goesOn = async () => {
    const due = publisher.acknowledged.size + BETWEEN_KILLS;
    await until("enough readings", async () => publisher.acknowledged.size >= due, 60_000);
    await until("the table to catch up", () => caughtUp(publisher), 60_000);
  };
  for (const role of SERVICES) {
    await goesOn();
    await docker("kill", deployment.container(role));
    // The engine counts it as stopped by hand and leaves it so: starting it again is the operator's.
    await docker("start", deployment.container(role));
  }
  await goesOn();
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
