import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = join(import.meta.dirname, "e2e");
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.ts"))
  .map((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    return {
      names: [...text.matchAll(/\bname: ["`](e2e-[a-z0-9-]*)/g)].map(([, found]) => found as string),
      wipes: /\.(?:wipe|clear)\(\)/.test(text),
    };
  });

test("no deployment that tests take away by its name would take another with it", () => {
  const all = files.flatMap(({ names }) => names);
  const wiped = files.filter(({ wipes }) => wipes).flatMap(({ names }) => names);
  // Another file may be at work with the longer name at that moment.
  const taken = wiped.flatMap((name) =>
    all.filter((other) => other.startsWith(`${name}-`)).map((other) => `${name} takes ${other}`),
  );

  expect(taken).toEqual([]);
  expect(wiped.length).toBeGreaterThan(10);
});
