import { expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import { policies } from "../../policies/index.ts";
import { evaluate } from "../../policies/policy.ts";
import { synthesized } from "./synthesized.ts";

test.each([local, production])(
  "finds nothing in the shipped deployment $name, and looks at something with every rule",
  (input) => {
    const reports = evaluate(synthesized(input).json, policies);

    expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
    expect(reports.filter(({ examined }) => examined === 0).map(({ policy }) => policy.id)).toEqual([]);
    expect(reports).toHaveLength(policies.length + 1);
  },
);

test("judges a deployment in less than 10 ms", () => {
  const { json } = synthesized(local);
  evaluate(json, policies);
  const times = Array.from({ length: 5 }, () => {
    const start = performance.now();
    evaluate(json, policies);
    return performance.now() - start;
  });

  expect(Math.min(...times)).toBeLessThan(10);
});
