import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { stackOf } from "./examples.ts";
import { comparison, type Query } from "./kics/comparison.ts";

const queries = parse(
  readFileSync(new URL("kics/queries.yaml", import.meta.url), "utf8"),
) as readonly Query[];
const cases = queries.flatMap(({ query, rules, cases }) =>
  cases.map((one) => ({ ...one, title: `${query}: ${one.name}`, rules })),
);

/** Whether one of the rules finds something, in any environment in which it stops. */
const flags = (rules: readonly string[], compose: string): boolean =>
  evaluate(
    stackOf(compose),
    policies.filter(({ id }) => rules.includes(id)),
  ).some(
    ({ findings, relaxed, policy }) => rules.includes(policy.id) && findings.length + relaxed.length > 0,
  );

describe("what KICS asks of compose files", () => {
  test("is all here: 22 queries, each with cases that it flags and that it does not", () => {
    expect(queries).toHaveLength(22);
    for (const { cases } of queries) {
      expect(cases.some(({ kics }) => kics)).toBe(true);
      expect(cases.some(({ kics }) => !kics)).toBe(true);
    }
  });

  test.each(cases.map((one) => [one.title, one] as const))("%s", (_, { rules, compose, ours }) => {
    expect(flags(rules, compose)).toBe(ours);
  });

  test("has a reason wherever the rules differ, and nowhere else", () => {
    expect(
      cases
        .filter(({ kics, ours, why }) => (kics !== ours) !== (why !== undefined))
        .map(({ title }) => title),
    ).toEqual([]);
  });

  test("names rules that there are", () => {
    const ids = policies.map(({ id }) => id);

    expect(queries.flatMap(({ rules }) => rules).filter((id) => !ids.includes(id))).toEqual([]);
  });

  test("is told in docs/policies-and-kics.md (UPDATE_DOCS=1 rewrites it)", () => {
    const page = new URL("../../docs/policies-and-kics.md", import.meta.url);
    const current = comparison(queries);
    if (process.env.UPDATE_DOCS === "1") writeFileSync(page, current);

    expect(readFileSync(page, "utf8")).toBe(current);
  });
});
