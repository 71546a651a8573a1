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
