import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { reportJsonSchema } from "../../policies/reports/json.ts";
import { settingsJsonSchema } from "../../policies/settings.ts";

test.each([
  ["policies/report.schema.json", reportJsonSchema()],
  ["policies/settings.schema.json", settingsJsonSchema()],
])("%s says what the code says (UPDATE_SCHEMA=1 rewrites it, npm run fix lays it out)", (path, schema) => {
  const file = join(projectRoot, path);
  if (process.env.UPDATE_SCHEMA === "1") writeFileSync(file, `${JSON.stringify(schema, undefined, 2)}\n`);

  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual(schema);
});
