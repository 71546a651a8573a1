import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { hasBrowser, type VisitOptions, visit } from "../support/browser";
import { Stage } from "../support/stage";

const KEY = "key-that-only-a-person-gives";

const DESKTOP: VisitOptions = { locale: "en-GB", width: 1280, height: 900 };
const PHONE: VisitOptions = { locale: "fr-FR", width: 390, height: 844 };
const OPEN = '[data-testid="connection"][data-state=open]';
const ROWS = '[data-testid="history"] tbody tr';

interface AxeResult {
  readonly violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

async function accessFaults(page: Page): Promise<unknown[]> {
  const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const { violations } = (await page.evaluate("axe.run()")) as AxeResult;
  return violations.map(({ id, impact, nodes }) => [id, impact, nodes.map((node) => node.failureSummary)]);
}

describe.skipIf(!hasBrowser)("access", () => {
  const stage = new Stage();
  beforeAll(() => stage.start());
  afterAll(() => stage.stop());
  // A test that failed half-way must not leave the next ones without a backend.
  afterEach(async () => {
    await stage.backend.stop();
    await stage.backend.start(stage.backendPort);
  });

  test.each([
    ["desktop, light", DESKTOP],
    ["desktop, dark", { ...DESKTOP, colorScheme: "dark" }],
    ["phone, light", PHONE],
    ["phone, dark", { ...PHONE, colorScheme: "dark" }],
  ] as [string, VisitOptions][])(
    "axe finds no fault: %s, live, silent, wrong form and lost",
    async (_name, options) => {
      const { page, close } = await visit(`${stage.frontend.address}/?sensor=porte`, options);
      await page.waitForSelector(OPEN);
      await page.waitForSelector(".silent");
      await page.locator("form button").click();
      expect(await accessFaults(page)).toEqual([]);
      await stage.backend.stop();
      await page.waitForSelector('[data-state="lost"]');
      expect(await accessFaults(page)).toEqual([]);
      await close();
    },
  );

  test.each([320, 390, 768, 1280])("nothing is cut off or scrolls sideways at %i pixels", async (width) => {
    const name = "un-capteur-au-nom-beaucoup-trop-long-pour-un-telephone-de-poche";
    stage.backend.store(name, -123456.789, Date.now());
    const { page, close } = await visit(`${stage.frontend.address}/?sensor=${name}`, { ...PHONE, width });
    await page.waitForSelector(ROWS);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
    await close();
  });

  test("a reading is sent by keyboard alone, under a key that a person types", async () => {
    stage.backend.key = KEY;
    const { page, faults, close } = await visit(`${stage.frontend.address}/?sensor=temp`, DESKTOP);
    const bodies: Promise<string>[] = [];
    page.on("response", (response) => bodies.push(response.text().catch(() => "")));
    await page.reload();
    await page.waitForSelector(OPEN);
    await page.waitForSelector(ROWS);
    await page.getByLabel("Value").focus();
    await page.keyboard.type("abc");
    await page.keyboard.press("Enter");
    await page.getByText("Give a number, for example 21.5.").waitFor();
    expect(await page.evaluate("document.activeElement.name")).toBe("value");
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type("42,5");
    await page.keyboard.press("Enter");
    await page.getByText("Writing needs the API key of this deployment.").waitFor();
    expect(await page.evaluate("document.activeElement.name")).toBe("key");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.getByText("The backend refused this reading").waitFor();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.type(KEY);
    expect(await accessFaults(page)).toEqual([]);
    await page.keyboard.press("Enter");
    await page.getByText("Stored: temp = 42.5").waitFor();
    await page.waitForSelector('[data-testid="latest-temp"][data-value="42.5"]');
    expect(stage.backend.posts.map(({ headers, body }) => [headers["x-api-key"], body])).toEqual([
      [undefined, '{"capteur":"temp","valeur":42.5}'],
      ["wrong", '{"capteur":"temp","valeur":42.5}'],
      [KEY, '{"capteur":"temp","valeur":42.5}'],
    ]);
    const texts = await Promise.all(bodies);
    const refusals = faults.filter((fault) => !fault.includes("401"));
    expect([texts.length > 5, texts.some((text) => text.includes(KEY)), refusals]).toEqual([true, false, []]);
    expect(await page.evaluate("JSON.stringify([localStorage, sessionStorage, document.cookie])")).toBe(
      '[{},{},""]',
    );
    stage.backend.key = undefined;
    await close();
  });

  test("the skip link, the sensors, the periods and the history are reached by Tab", async () => {
    const { page, close } = await visit(`${stage.frontend.address}/?sensor=temp`, DESKTOP);
    await page.waitForSelector(ROWS);
    const reached: string[] = [];
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press("Tab");
      reached.push(
        (await page.evaluate("document.activeElement.className || document.activeElement.type")) as string,
      );
    }
    await vi.waitFor(() =>
      expect(reached).toEqual(expect.arrayContaining(["skip", "sensor", "radio", "scroll", "input"])),
    );
    await close();
  });
});
