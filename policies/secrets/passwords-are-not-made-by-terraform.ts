import { definePolicy } from "../policy.ts";

export const passwordsAreNotMadeByTerraform = definePolicy({
  id: "SEC-016",
  severity: "high",
  title: "no password is made by Terraform",
  why: "random_password keeps what it made in the state, in clear text.",
  avoid: `{"resource": {"random_password": {"db": {
  "length": 32
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/files/db_password", "source": "/srv/secrets/db_password", "source_hash": "5f1c0a9be27d"}]
}}}}`,
  allowed: "passwords made on the host or in CI, and given to Terraform as a path",
  fix: "generate the password outside, or with an ephemeral resource that is written nowhere else",
  source: "hashicorp/random, random_password: stored in the state",
  looksAt: ["random_password"],
  check: () => ["the password stands in the state"],
});
