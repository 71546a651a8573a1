import { expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import { builtIn, evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { synthesized } from "./synthesized.ts";

test.each([local, production])("finds nothing in the shipped deployment $name", (input) => {
  const { json, read } = synthesized(input);
  const reports = evaluate(readTerraformJson(json, { read }), policies);

  expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
  expect(reports).toHaveLength(policies.length + builtIn.length);
});

/** A finding that goes by the look of a value must not depend on the name, which stands in tables, hosts and volumes. */
test.each([
  "t-8e338a0b9cd0",
  "t-d52b15c1b8a0",
  "site-4f3a9b2c1d",
  "s-0815-4711-42",
  "sk-4eplant",
  "db-password-1",
])("finds nothing in the shipped deployment under the name %s", (name) => {
  const given = `t-${process.pid}-${production.name}`;
  const { json, read } = synthesized(production);
  const renamed = [
    [given, name],
    [given.replaceAll("-", "_"), name.replaceAll("-", "_")],
  ].reduce((text, [from = "", to = ""]) => text.replaceAll(from, to), JSON.stringify(json));
  const input = readTerraformJson(JSON.parse(renamed), { read });

  expect(evaluate(input, policies).flatMap(({ findings }) => findings)).toEqual([]);
});
