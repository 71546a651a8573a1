import { definePolicy } from "../policy.ts";

/**
 * random_password keeps what it made in the state, in clear text.
 */
export const passwordsAreNotMadeByTerraform = definePolicy({
  id: "SEC-016",
  severity: "high",
  title: "no password is made by Terraform",
  allowed: "passwords made on the host or in CI, and given to Terraform as a path",
  fix: "generate the password outside, or with an ephemeral resource that is written nowhere else",
  source: "hashicorp/random, random_password: stored in the state",
  looksAt: ["random_password"],
  check: () => ["the password stands in the state"],
});
