import { encryptsState } from "../facts/backends.ts";
import { definePolicy } from "../policy.ts";

export const swarmSecretsAreNotInClearState = definePolicy({
  id: "SEC-005",
  severity: "high",
  title: "docker_secret is made outside Terraform, or the state is encrypted",
  why: "The provider keeps the data in the state: marked sensitive, and in clear text.",
  avoid: `{"resource": {"docker_secret": {"db": {
  "name": "db_password", "data": "\${var.db_password}"
}}}}`,
  prefer: `{
  "terraform": {"backend": {"s3": {"bucket": "states", "key": "plant", "region": "eu-west-3", "encrypt": true}}},
  "resource": {"docker_secret": {"db": {"name": "db_password", "data": "\${var.db_password}"}}}
}`,
  allowed: "a backend that encrypts (s3 with encrypt, gcs, azurerm, remote, cloud)",
  fix: "create the secret in the deploy job (docker secret create NAME -) and pass its id as a variable",
  source: "kreuzwerker/docker, docker_secret: data is kept in the state",
  looksAt: ["docker_secret"],
  check: (_secret, stack) =>
    encryptsState(stack) ? [] : ["data stands in the state, and no backend is known to encrypt it"],
});
