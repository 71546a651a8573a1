import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "playwright-core";

const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export interface OpenPage {
  /** What went wrong in the page: console errors and refused resources. */
  readonly complaints: readonly string[];

  /** Text of the element with that test id, once there is one; the page is not reloaded. */
  textOf(testId: string): Promise<string>;
  close(): Promise<void>;
}

/**
 * Opens a page in headless Chromium and waits until its socket is connected.
 *
 * @param more arguments of Chromium besides the usual ones
 */
export async function openPage(address: string, more: readonly string[] = []): Promise<OpenPage> {
  const profile = mkdtempSync(join(tmpdir(), "exploreiot-chromium-"));
  const browser = await chromium.launchPersistentContext(profile, {
    executablePath: "/usr/bin/chromium",
    args: [...ARGUMENTS, ...more],
  });
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(address);
  await page.locator('[data-testid="connection"][data-state="open"]').first().waitFor({ timeout: 15_000 });
  return {
    complaints,
    textOf: async (testId) => (await page.getByTestId(testId).first().textContent({ timeout: 15_000 })) ?? "",
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}
