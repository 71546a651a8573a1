import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

interface AxeResult {
  readonly violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
}

/** Everything that axe finds, however serious. */
export async function accessFaults(page: Page): Promise<unknown[]> {
  const source = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
  await page.evaluate(source);
  const { violations } = (await page.evaluate("axe.run()")) as AxeResult;
  return violations.map(({ id, impact, nodes }) => [id, impact, nodes.map((node) => node.failureSummary)]);
}

/** Controls that a finger could miss: those in sight of less than 44 by 44 pixels. Links inside of text are not meant. */
export function smallTargets(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const controls = document.querySelectorAll<HTMLElement>("button, a, summary, select, input, label.range");
    const found: string[] = [];
    for (const control of controls) {
      if (!control.checkVisibility() || control.closest(".skip, .hidden, .range input") !== null) continue;
      const { width, height } = control.getBoundingClientRect();
      if (width < 44 || height < 43.9)
        found.push(`${control.tagName} ${control.className} ${control.textContent} ${width}x${height}`);
    }
    return found;
  });
}
