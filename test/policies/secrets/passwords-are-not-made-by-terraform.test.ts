import { expect, test } from "vitest";
import { passwordsAreNotMadeByTerraform } from "../../../policies/secrets/passwords-are-not-made-by-terraform.ts";
import { judges, reportOf } from "../judging.ts";

judges(passwordsAreNotMadeByTerraform, "SEC-016", {
  rejects: [
    {
      name: "a password in the state",
      given: { length: 32 },
      evidence: ["the password stands in the state"],
    },
  ],
  accepts: [],
});

test("looks at nothing else", () => {
  expect(reportOf(passwordsAreNotMadeByTerraform, { resource: { random_id: { A: {} } } })).toEqual({
    examined: 0,
    findings: [],
  });
});
