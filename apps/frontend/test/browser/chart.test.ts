import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { accessFaults, smallTargets } from "../support/axe";
import { hasBrowser, type Visit, type VisitOptions, visit } from "../support/browser";
import { fillSite, Stage } from "../support/stage";
import { waitFor } from "../support/wait";

const DESKTOP: VisitOptions = { locale: "en-GB", width: 1280, height: 1000 };
const STATE = '[data-testid="connection"]';
const CHART = '[data-testid="chart"]';
const MINUTE = 60_000;

describe.skipIf(!hasBrowser)("the chart", () => {
  const stage = new Stage();
  beforeAll(async () => {
    await stage.start();
    fillSite(stage.backend, 5);
    const now = Date.now();
    stage.backend.alarms = [
      {
        ...{ id: 2, capteur: "sensor-2", genre: "haut", valeur: 45, limite: 40 },
        ...{ debut: new Date(now - 5 * MINUTE).toISOString(), fin: null },
      },
      {
        ...{ id: 1, capteur: "sensor-1", genre: "silence", valeur: null, limite: 1_800 },
        ...{
          debut: new Date(now - 90 * MINUTE).toISOString(),
          fin: new Date(now - 80 * MINUTE).toISOString(),
        },
      },
    ];
    stage.backend.devices = [
      { appareil: "gate-1", en_ligne: true, depuis: new Date(now - 90 * MINUTE).toISOString() },
      { appareil: "gate-2", en_ligne: false, depuis: new Date(now - 9 * MINUTE).toISOString() },
    ];
    stage.backend.rejects = { gardes: 3, dernier: new Date(now).toISOString() };
    stage.backend.rejected = [
      {
        recu: new Date(now).toISOString(),
        sujet: "sensor/a b",
        raison: "the name",
        debut: '{"temperature":21.5}',
      },
    ];
  });
  afterAll(() => stage.stop());

  const open = async (query: string): Promise<Visit> => {
    const shown = await visit(`${stage.frontend.address}/${query}`, DESKTOP);
    await shown.page.waitForSelector(`${STATE}[data-state=open]`);
    await shown.page.waitForSelector(`${CHART}[aria-label^="Chart of"]`);
    return shown;
  };
  const span = ({ page }: Visit) => {
    const query = new URL(page.url()).searchParams;
    const [from, to] = [query.get("from"), query.get("to")].map((time) => Date.parse(time ?? ""));
    return { from: from ?? 0, seconds: ((to ?? 0) - (from ?? 0)) / 1000, range: query.get("range") };
  };
  const lastSeries = () =>
    new URLSearchParams(
      stage.backend.calls
        .filter((call) => call.startsWith("/api/series"))
        .at(-1)
        ?.split("?")[1],
    );

  test("asks for buckets once, and shows the highest reading of a week", async () => {
    stage.backend.store("sensor-1", 99.5, Date.now() - 3 * 24 * 60 * MINUTE);
    const before = stage.backend.calls.length;
    const shown = await open("?sensor=sensor-1&range=week");
    expect(await shown.page.getAttribute(CHART, "aria-label")).toContain("highest 99.5\u00a0°C");
    const calls = stage.backend.calls.slice(before).filter((call) => /series|mesures/.test(call));
    expect(calls.map((call) => call.split("&depuis")[0])).toEqual(
      expect.arrayContaining(["/api/series?capteur=sensor-1", "/api/mesures?capteur=sensor-1&limite=50"]),
    );
    expect([calls.length, lastSeries().get("pas")]).toEqual([2, "900"]);
    await shown.close();
  });

  test("is zoomed by drag, by keyboard, and led back", async () => {
    const shown = await open("?sensor=temp&range=hour");
    const { page } = shown;
    const box = await page.locator(`${CHART} .u-over`).boundingBox();
    if (box === null) throw new Error("no chart");
    await page.mouse.move(box.x + box.width / 4, box.y + 50);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2, box.y + 60, { steps: 4 });
    await page.mouse.up();
    await waitFor(() => expect(span(shown).seconds).toBeCloseTo(900, -1));
    await waitFor(() => expect(lastSeries().get("pas")).toBe("2"));
    await page.getByRole("button", { name: "Zoom in" }).focus();
    await page.keyboard.press("Enter");
    await waitFor(() => expect(span(shown).seconds).toBeCloseTo(450, -1));
    const { from } = span(shown);
    await page.getByRole("button", { name: "Earlier" }).focus();
    await page.keyboard.press("Enter");
    await waitFor(() => expect((from - span(shown).from) / 1000).toBeCloseTo(225, -1));
    const back = page.getByRole("button", { name: "Back", exact: true });
    for (const seconds of [450, 900]) {
      await back.focus();
      await page.keyboard.press("Enter");
      await waitFor(() => expect(span(shown).seconds).toBeCloseTo(seconds, -1));
    }
    await back.click();
    await waitFor(() => expect(span(shown).range).toBe("hour"));
    expect([await back.count(), shown.faults]).toEqual([0, []]);
    await shown.close();
  });

  test("shows two times that a person gives, and what is in the address", async () => {
    const shown = await open("?sensor=sensor-3&range=day");
    const { page } = shown;
    await page.getByText("Other period").click();
    await page.getByLabel("From").fill("2026-01-02T00:00:00");
    await page.getByLabel("To", { exact: true }).fill("2026-01-01T00:00:00");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await page.getByText("Give two times").waitFor();
    await page.getByLabel("To", { exact: true }).fill("2026-01-03T00:00:00");
    await page.getByRole("button", { name: "Show", exact: true }).click();
    await waitFor(() => expect(span(shown).seconds).toBe(86_400));
    await page.getByText("No reading in this period.").first().waitFor();
    await page.reload();
    await page.getByText("No reading in this period.").first().waitFor();
    expect([span(shown).seconds, lastSeries().get("pas")]).toEqual([86_400, "120"]);
    await shown.close();
  });

  test("compares up to four sensors, and keeps them in the address", async () => {
    const shown = await open("?sensor=sensor-1&range=day");
    const { page } = shown;
    const compare = page.getByLabel("Compare with…");
    for (const name of ["sensor-2", "sensor-3", "sensor-4"]) await compare.selectOption(name);
    await waitFor(async () => expect(await page.locator(".extremes li").count()).toBe(4));
    expect(await compare.count()).toBe(0);
    expect(new URL(page.url()).search).toBe(
      "?sensor=sensor-1&with=sensor-2&with=sensor-3&with=sensor-4&range=day",
    );
    expect(lastSeries().getAll("capteur")).toEqual(["sensor-1", "sensor-2", "sensor-3", "sensor-4"]);
    expect([await accessFaults(page), await smallTargets(page)]).toEqual([[], []]);
    await page.getByRole("button", { name: "Remove Hall 3 from the chart" }).click();
    await waitFor(async () => expect(await page.locator(".extremes li").count()).toBe(3));
    await page.reload();
    await waitFor(async () => expect(await page.locator(".extremes li").count()).toBe(3));
    await shown.close();
  });

  test("gives the shown readings as CSV", async () => {
    const shown = await open("?sensor=temp&range=hour");
    const download = shown.page.waitForEvent("download");
    await shown.page.getByRole("link", { name: "CSV" }).click();
    const lines = (await readFile(await (await download).path(), "utf8")).trim().split("\n");
    expect([lines[0], lines[1]?.split(",")[0], lines.length > 50]).toEqual([
      "capteur,valeur,horodatage",
      "temp",
      true,
    ]);
    await shown.close();
  });

  test("has alarms, devices and rejected messages next to it, which follow what happens", async () => {
    stage.backend.key = "key";
    const shown = await open("?sensor=temp");
    const { page } = shown;
    const alarms = page.getByTestId("alarms");
    const text = async (selector: string) => (await page.textContent(selector))?.replace(/\s/g, " ");
    await alarms.getByText("Cold store 2").waitFor();
    expect(await text('[data-testid="alarms"]')).toContain("45.0 °C, above the limit of 40.0 °C");
    await alarms.getByText("Past alarms (1)").click();
    await alarms.getByText("silent for longer than 30 mins").waitFor();
    const ended = { ...stage.backend.alarms[0], fin: new Date().toISOString() };
    stage.backend.tell({ type: "alarme", ...ended });
    await alarms.getByText("No active alarm.").waitFor();
    await alarms.getByText("Past alarms (2)").waitFor();
    expect(await text('[data-testid="devices"]')).toMatch(/1 of 2 online.*gate-2offline.*gate-1online/);
    const rejects = page.getByTestId("rejects");
    await rejects.getByText("3 messages held no reading").waitFor();
    const show = rejects.getByRole("button", { name: "Show the newest" });
    await show.click();
    await rejects.getByText("are shown to those who have the API key").waitFor();
    await rejects.getByLabel("API key").fill("key");
    await show.click();
    await rejects.getByText('{"temperature":21.5}').waitFor();
    expect([await accessFaults(page), await smallTargets(page)]).toEqual([[], []]);
    stage.backend.key = undefined;
    await shown.close();
  });
});
