import { expect, test } from "vitest";
import { readPage, readResults, withTable } from "./support/engine-results.ts";

test("docs/engines.md has the table of what was run (npm test -- --engines writes both)", () => {
  const page = readPage();

  expect(page).toBe(withTable(page, readResults()));
});
