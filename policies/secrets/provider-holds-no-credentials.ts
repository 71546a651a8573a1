import { definePolicy } from "../policy.ts";
import { type Block, blocks, isKnown, show } from "../values.ts";

/** Of these only the password is marked sensitive. */
const SECRET = ["password", "config_file_content"];

export const providerHoldsNoCredentials = definePolicy({
  id: "SEC-013",
  severity: "critical",
  title: "the docker provider holds no credentials that are written out",
  why: "The values of a provider block stand in the repository, in the plan and in the log of the run.",
  avoid: `{"provider": {"docker": {
  "registry_auth": [{"address": "registry.example.org", "username": "ci", "password": "tr0ub4dor-9x"}]
}}}`,
  prefer: `{"provider": {"docker": {
  "registry_auth": [{"address": "registry.example.org", "config_file": "~/.docker/config.json"}]
}}}`,
  allowed: "variables, config_file, environment (DOCKER_…); for TLS cert_path",
  fix: "log in with docker login where Terraform runs, or use a sensitive variable",
  source: "kreuzwerker/docker, provider configuration",
  looksAt: ["provider.docker"],
  check: ({ block }) => [
    ...written(block, "key_material", "key_material"),
    ...blocks(block, "registry_auth").flatMap((auth) =>
      SECRET.flatMap((name) => written(auth, name, `${name} for ${show(auth.address)}`)),
    ),
  ],
});

const written = (block: Block, name: string, place: string) =>
  ["", undefined, null].includes(block[name] as never) || !isKnown(block[name])
    ? []
    : [`${place} is written out`];
