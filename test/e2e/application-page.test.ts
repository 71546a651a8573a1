import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { MqttClient } from "mqtt";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import type { EngineName } from "../../engines/record.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect } from "../support/e2e-broker.ts";
import { DESKTOP, openPage, PHONE } from "../support/e2e-page.ts";

const PORTS = { frontend: 27_020, backend: 27_021, mqtt: 27_022 } as const;
const SILENT_AFTER_SECONDS = 4;
const engine: EngineName = missing.compose === undefined ? "compose" : "terraform";
const reason = missing[engine] ?? missing.browser;
const deployment = new TestDeployment({
  name: "e2e-app-page",
  listeners: {
    frontend: { port: PORTS.frontend },
    backend: { port: PORTS.backend },
    mqtt: { port: PORTS.mqtt },
  },
  frontend: { environment: { SILENT_AFTER_SECONDS: String(SILENT_AFTER_SECONDS) } },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
});

const address = `http://localhost:${PORTS.frontend}/?sensor=temp`;
const LATEST = '[data-testid="latest-temp"]';
const STATE = '[data-testid="connection"]';

describe.skipIf(reason)(titled("the page of the reference application", reason), () => {
  let sensors: MqttClient;
  /** The sensor `temp` keeps talking; `porte` says something once. */
  let talk: NodeJS.Timeout;
  let temperature = 20;
  const say = (sensor: string, value: number) =>
    sensors.publishAsync(`sensor/${sensor}`, String(value), { qos: 1 });

  beforeAll(async () => {
    await deployment.remove();
    await deployment.up(engine);
    const password = deployment.secret("mqtt-sensor-password");
    sensors = await connect(PORTS.mqtt, { username: "sensor", password });
    await say("porte", 1);
    talk = setInterval(() => void say("temp", temperature), 500);
  });
  afterAll(async () => {
    clearInterval(talk);
    await sensors?.endAsync();
    await deployment.forget();
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
    expect(await picture(page)).not.toBe(before);
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

const picture = (page: Page) =>
  page.evaluate<string>(`document.querySelector('[data-testid="chart"] canvas').toDataURL()`);

const statuses = (page: Page) =>
  page.locator(".sensor").evaluateAll((rows) => rows.map((row) => row.getAttribute("data-status")));

/** What axe says of the page as it is; the library is one of the frontend's own packages. */
async function accessFaults(page: Page): Promise<unknown> {
  const packages = createRequire(join(projectRoot, "apps", "frontend", "package.json"));
  await page.evaluate(readFileSync(packages.resolve("axe-core/axe.min.js"), "utf8"));
  return page.evaluate(
    "axe.run().then(({ violations }) => violations.map(({ id, impact }) => [id, impact]))",
  );
}
