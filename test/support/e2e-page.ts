import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, errors, type Page } from "playwright-core";
import { until } from "./e2e.ts";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface Visitor {
  readonly locale: "en-GB" | "fr-FR";
  readonly width: number;
  readonly height: number;
}

export const DESKTOP: Visitor = { locale: "en-GB", width: 1280, height: 900 };
export const PHONE: Visitor = { locale: "fr-FR", width: 390, height: 844 };

export interface OpenPage {
  readonly page: Page;

  /** The faults of the page: console errors and refused resources, but not what Chromium broke off. */
  readonly complaints: readonly string[];

  /** Text of the element with that test id, once there is one; the page is not reloaded. */
  textOf(testId: string): Promise<string>;
  close(): Promise<void>;
}

/** Chromium breaks off what it loads when a network of the machine comes or goes, as those of containers do. */
const BROKEN_OFF = "ERR_NETWORK_CHANGED";

/** Whether the page is there and its socket connected; a page of which a part was broken off is to be asked for again. */
async function connected(page: Page, address: string): Promise<boolean> {
  try {
    await page.goto(address);
    // A socket that was broken off is opened again after up to half a minute.
    const open = page.locator('[data-testid="connection"][data-state="open"]').first();
    await open.waitFor({ timeout: 40_000 });
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError || String(error).includes(BROKEN_OFF)) return false;
    throw error;
  }
}

/** How a page is opened, apart from its address. */
export interface PageOptions {
  /** @default DESKTOP */
  readonly visitor?: Visitor;

  /** Arguments of Chromium besides the usual ones. @default - none */
  readonly more?: readonly string[];
}

/** Opens a page in headless Chromium and waits until its socket is connected. */
export async function openPage(
  address: string,
  { visitor = DESKTOP, more = [] }: PageOptions = {},
): Promise<OpenPage> {
  const { locale, ...viewport } = visitor;
  const profile = mkdtempSync(join(tmpdir(), "exploreiot-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    args: [...ARGUMENTS, ...more],
    locale,
    viewport,
  });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().includes(BROKEN_OFF)) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await until("the page with its socket", () => connected(page, address), 120_000);
  return {
    page,
    complaints,
    textOf: async (testId) => (await page.getByTestId(testId).first().textContent({ timeout: 60_000 })) ?? "",
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
