import { expect, test } from "vitest";
import { outputsHideSecrets } from "../../../policies/secrets/outputs-hide-secrets.ts";
import { reportOf } from "../judging.ts";

const found = (output: object) =>
  reportOf(outputsHideSecrets, { output }).findings.map(({ evidence }) => evidence);

test("rejects outputs that show a secret", () => {
  expect(
    found({
      url: { value: "redis://:hunter2@r" },
      db_password: { value: "${local.x}", sensitive: false },
      made: { value: { a: "${random_password.db.result}" } },
    }),
  ).toEqual([
    "url holds a secret and is not sensitive",
    "db_password holds a secret and is not sensitive",
    "made holds a secret and is not sensitive",
  ]);
});

test("accepts outputs that are sensitive or public", () => {
  const output = {
    db_password: { value: "${var.db_password}", sensitive: true },
    port: { value: "${docker_container.a.name}" },
  };

  expect(reportOf(outputsHideSecrets, { output })).toEqual({ examined: 2, findings: [] });
});
