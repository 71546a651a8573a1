import { readdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";

const folder = join(import.meta.dirname, "hardened");
const fixtures = readdirSync(folder).filter((name) => name.endsWith(".yaml"));

/** The findings of medium weight or more in a file, as `ID severity path: evidence`. */
const weighty = (fixture: string) =>
  loadInputs({ paths: [join(folder, fixture)] }).inputs.flatMap(({ stack }) =>
    evaluate(stack, policies)
      .flatMap(({ findings }) => findings)
      .filter(({ severity }) => !["low", "info"].includes(severity))
      .map(({ policy, severity, path, evidence }) => `${policy} ${severity} ${path}: ${evidence}`),
  );

describe("a compose file with all that hardens a service has no finding of medium or above", () => {
  test("there is one of each of ten kinds of services", () => {
    expect(fixtures).toHaveLength(11);
  });

  test.each(fixtures)("%s", (fixture) => {
    expect(weighty(fixture)).toEqual([]);
  });
});
