import { expect, test } from "vitest";
import { secretVariablesAreSensitive } from "../../../policies/secrets/secret-variables-are-sensitive.ts";
import { reportOf } from "../judging.ts";

test("rejects variables for secrets that are shown, and a default", () => {
  const variable = { db_password: {}, api_key: { sensitive: true, default: "hunter2" } };

  expect(
    reportOf(secretVariablesAreSensitive, { variable }).findings.map(
      ({ path, evidence }) => `${path}: ${evidence}`,
    ),
  ).toEqual([
    "stack/variable.db_password: sensitive is not true",
    "stack/variable.api_key: it has a default",
  ]);
});

test("accepts what is sensitive, and looks at nothing else", () => {
  const variable = { db_password: { sensitive: true, default: null }, region: { default: "eu" } };

  expect(reportOf(secretVariablesAreSensitive, { variable })).toEqual({ examined: 1, findings: [] });
});
