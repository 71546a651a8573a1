import { variablesOf } from "../facts/environment.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { containerSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown } from "../values.ts";

/**
 * The environment of a container stands in the JSON, in Terraform's state and in `docker inspect`.
 */
export const secretsAreNotInTheEnvironment = definePolicy({
  id: "SEC-001",
  severity: "critical",
  title: "no variable with the name of a secret has a value",
  allowed: "no value, true or false, or a NAME_FILE that says where the secret is",
  fix: "deliver it as a file, and name the file in a NAME_FILE variable where the image knows one",
  words: {
    site: { fix: "move the variable to secrets of the service in the configuration" },
    compose: {
      fix: "move it to secrets with a file, and name /run/secrets/NAME in a NAME_FILE variable where the image knows one",
    },
  },
  source: "docs/architecture.md, provider rule 14",
  looksAt: ["docker_container", "docker_service", "docker_plugin"],
  where: (resource) => (containerSpec(resource).env ?? undefined) !== undefined,
  check: (resource) => variablesOf(resource).flatMap(({ name, value }) => problem(name, value)),
});

/** Names only: the evidence must not carry what it warns of. */
function problem(name: string, value: string | undefined): readonly string[] {
  if (!isKnown(name)) return ["a variable has a name that is known only at apply"];
  if (value === undefined) return [`${name} has a value that is known only at apply`];
  if (looksSecret(value)) return [`${name} holds a private key or a password in a URL`];
  return soundsSecret(name) && !["", "true", "false"].includes(value) ? [`${name} has a value`] : [];
}
