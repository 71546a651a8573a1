import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasBrowser, tryNow, type Visit, type VisitOptions, visit } from "../support/browser";
import { Edge } from "../support/edge";
import { Stage } from "../support/stage";
import { waitFor } from "../support/wait";

const DESKTOP: VisitOptions = { locale: "en-GB", width: 1280, height: 900 };
const PHONE: VisitOptions = { locale: "fr-FR", width: 390, height: 844 };
const LATEST = '[data-testid="latest-temp"]';
const STATE = '[data-testid="connection"]';
const ROWS = '[data-testid="history"] tbody tr';

describe.skipIf(!hasBrowser)("the page", () => {
  const stage = new Stage();
  beforeAll(() => stage.start());
  afterAll(() => stage.stop());

  const open = async (options: VisitOptions, query = "?sensor=temp"): Promise<Visit> => {
    const opened = await visit(`${stage.frontend.address}/${query}`, options);
    await opened.page.waitForSelector(`${STATE}[data-state=open]`);
    await opened.page.waitForSelector(ROWS);
    return opened;
  };
  const picture = ({ page }: Visit) =>
    page.locator("canvas").evaluate((canvas: HTMLCanvasElement) => canvas.toDataURL());

  test("shows a pushed value as number, chart and history row", async () => {
    const shown = await open(DESKTOP);
    await shown.page.waitForTimeout(1_200);
    const before = await picture(shown);
    stage.backend.push("temp", 31.25);
    await shown.page.waitForSelector(`${LATEST}[data-value="31.25"]`);
    expect(await shown.page.textContent(LATEST)).toBe("31.25");
    expect(await shown.page.textContent(".big-value")).toContain("31.25");
    const newest = shown.page.locator(ROWS).first().locator("td").last();
    await waitFor(async () => expect(await newest.textContent()).toBe("31.25"));
    await waitFor(async () => expect(await picture(shown)).not.toBe(before));
    expect(shown.faults).toEqual([]);
    await shown.close();
  });

  test("tells a silent sensor from a lost connection, and loads what it missed", async () => {
    const shown = await open(DESKTOP);
    stage.backend.push("temp", 1);
    const status = (name: string) =>
      shown.page.getAttribute(`.sensor:has([data-testid="latest-${name}"])`, "data-status");
    await waitFor(async () =>
      expect([await status("temp"), await status("porte")]).toEqual(["live", "silent"]),
    );
    await waitFor(async () => expect(await status("temp")).toBe("silent"));
    expect(await shown.page.textContent(".silent")).toContain("the whole chain to this page works");
    await stage.backend.stop();
    await shown.page.waitForSelector(`${STATE}[data-state=lost]`);
    expect([
      await status("temp"),
      await status("porte"),
      await shown.page.locator(".silent").count(),
    ]).toEqual(["unknown", "unknown", 0]);
    stage.backend.store("temp", 77, Date.now());
    await stage.backend.start(stage.backendPort);
    await tryNow(shown.page);
    await shown.page.waitForSelector(`${LATEST}[data-value="77"]`);
    const newest = shown.page.locator(ROWS).first().locator("td").last();
    await waitFor(async () => expect(await newest.textContent()).toBe("77"));
    await shown.close();
  });

  test("speaks French where the browser asks for it", async () => {
    stage.backend.push("temp", 1234.5);
    const shown = await open(PHONE);
    const lang = await shown.page.getAttribute("html", "lang");
    const heading = await shown.page.getByRole("heading", { level: 2 }).first().textContent();
    const value = (await shown.page.textContent(LATEST))?.replace(/\s/g, " ");
    expect([lang, heading, value, await shown.page.textContent(STATE)]).toEqual([
      "fr",
      "Capteurs",
      "1 234,5",
      "En direct",
    ]);
    await shown.close();
  });

  test("loads older rows, other periods and other sensors, and keeps the choice in the address", async () => {
    const shown = await open(DESKTOP);
    expect(await shown.page.locator(ROWS).count()).toBe(50);
    await shown.page.getByRole("button", { name: "Older readings" }).click();
    await waitFor(async () => expect(await shown.page.locator(ROWS).count()).toBeGreaterThan(60));
    await shown.page.getByLabel("Week").check();
    await shown.page.locator(".sensor", { hasText: "porte" }).click();
    await waitFor(async () => expect(await shown.page.locator(ROWS).count()).toBe(1));
    expect(new URL(shown.page.url()).search).toBe("?sensor=porte&range=week");
    await shown.page.reload();
    await waitFor(async () => expect(await shown.page.textContent("#sensor-heading")).toBe("porte"));
    expect(shown.faults).toEqual([]);
    await shown.close();
  });

  test("works from one origin with the backend, as behind an edge", async () => {
    const edge = new Edge();
    const shared = new Stage();
    await shared.start({ PUBLIC_BACKEND_URL: "" });
    const port = await edge.start(shared.frontend.port, shared.backendPort);
    const shown = await visit(`http://127.0.0.1:${port}/?sensor=temp`, DESKTOP);
    await shown.page.waitForSelector(`${STATE}[data-state=open]`);
    shared.backend.push("temp", 5);
    await shown.page.waitForSelector(`${LATEST}[data-value="5"]`);
    expect(shown.faults).toEqual([]);
    await shown.close();
    await edge.stop();
    await shared.stop();
  });
});
