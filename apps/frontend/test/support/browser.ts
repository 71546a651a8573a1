import { existsSync } from "node:fs";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { afterAll } from "vitest";

const EXECUTABLE = process.env.CHROMIUM ?? "/usr/bin/chromium";

// Nothing but the page under test may use the network.
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export const hasBrowser = existsSync(EXECUTABLE);

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Console errors, page errors and policy violations, in order. */
  readonly faults: string[];
  readonly close: () => Promise<void>;
}

export interface VisitOptions {
  readonly locale: string;
  readonly width: number;
  readonly height: number;
  readonly colorScheme?: "light" | "dark";
}

let browser: Promise<Browser> | undefined;
// One for the tests of a file: to start one for each visit takes longer than most visits.
afterAll(async () => (await browser)?.close());

/** A fresh context for each visit, so that none leans on what another left behind. */
export async function visit(address: string, options: VisitOptions): Promise<Visit> {
  browser ??= chromium.launch({ executablePath: EXECUTABLE, headless: true, args: FLAGS });
  const context = await (await browser).newContext({
    locale: options.locale,
    viewport: { width: options.width, height: options.height },
    colorScheme: options.colorScheme ?? "light",
  });
  const page = await context.newPage();
  page.setDefaultTimeout(40_000);
  const faults = watchFaults(page);
  await page.goto(address);
  return { page, context, faults, close: () => context.close() };
}

/** Presses the button for the next attempt, unless the page has come back by itself before. */
export async function tryNow(page: Page): Promise<void> {
  const pressed = page.getByRole("button", { name: "Try now" }).click();
  pressed.catch(() => undefined);
  await Promise.race([pressed, page.waitForSelector('[data-testid="connection"][data-state=open]')]);
}

function watchFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(`page: ${error.message}`));
  page.on("console", (message) => {
    // Chromium breaks off what it loads when a network of the machine comes or goes, as those of containers do.
    if (message.text().includes("ERR_NETWORK_CHANGED")) return;
    if (message.type() === "error" || message.type() === "warning") faults.push(`console: ${message.text()}`);
  });
  return faults;
}
