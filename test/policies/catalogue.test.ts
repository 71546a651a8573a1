import { readFileSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { builtIn } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { catalogue } from "../../policies/reports/catalogue.ts";

test("docs/policies.md is what the rules say (UPDATE_DOCS=1 rewrites it)", () => {
  const file = new URL("../../docs/policies.md", import.meta.url);
  const current = catalogue([...builtIn, ...policies]);
  if (process.env.UPDATE_DOCS === "1") writeFileSync(file, current);

  expect(readFileSync(file, "utf8")).toBe(current);
});
