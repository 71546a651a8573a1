import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
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

  /** What went wrong in the page: console errors and refused resources. */
  readonly complaints: readonly string[];

  /** Text of the element with that test id, once there is one; the page is not reloaded. */
  textOf(testId: string): Promise<string>;
  close(): Promise<void>;
}

/** Chromium breaks off what it loads when a network of the machine comes or goes, as those of containers do. */
async function visited(page: Page, address: string): Promise<boolean> {
  try {
    await page.goto(address);
    return true;
  } catch (error) {
    if (error instanceof Error && error.message.includes("ERR_NETWORK_CHANGED")) return false;
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
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await until("the page", () => visited(page, address), 30_000);
  // Containers that come and go beside it end its sockets, and it waits up to half a minute before it tries again.
  await page.locator('[data-testid="connection"][data-state="open"]').first().waitFor({ timeout: 60_000 });
  return {
    page,
    complaints,
    textOf: async (testId) => (await page.getByTestId(testId).first().textContent({ timeout: 15_000 })) ?? "",
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
