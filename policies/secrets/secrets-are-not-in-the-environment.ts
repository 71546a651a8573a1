import { type Evidence, graded, unknown } from "../evidence.ts";
import { type Variable, variablesOf } from "../facts/environment.ts";
import { isPublicName, namesSecret, soundsSecret } from "../facts/secret-names.ts";
import { holdsCredentials, isWrittenOut, looksRandom, secretForm } from "../facts/secret-values.ts";
import { containerSpec } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown } from "../values.ts";

export const secretsAreNotInTheEnvironment = definePolicy({
  id: "SEC-001",
  severity: "critical",
  title: "no variable with the name of a secret has a value",
  why: "The environment of a container stands in the JSON, in Terraform's state and in `docker inspect`.",
  avoid: "environment: {DB_PASSWORD: tr0ub4dor-9x}",
  prefer: "environment: {DB_PASSWORD_FILE: /run/secrets/db}",
  allowed: "no value, a switch or a number, or a NAME_FILE that says where the secret is",
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
  check: (resource) => variablesOf(resource).flatMap(problem),
});

/**
 * Names only: the evidence must not carry what it warns of. A secret that comes from the shell is in no file, and still
 * stands in `docker inspect`.
 */
function problem({ name, value, text }: Variable): readonly Evidence[] {
  if (!isKnown(name)) return [unknown("a variable has a name that is known only at apply")];
  const form = secretForm(value ?? "");
  if (form !== undefined) return [`${name} holds ${form}`];
  if (value !== undefined) {
    if (soundsSecret(name)) return isWrittenOut(value) ? [`${name} has a value`] : [];
    const isDoubtful = looksRandom(value) && !isPublicName(name);
    return isDoubtful ? [graded("medium", `${name} has a value that looks like a generated key`)] : [];
  }
  const isSecret = soundsSecret(name) || namesSecret(text) || holdsCredentials(text);
  return isSecret ? [graded("medium", `${name} has a value that is known only at apply`)] : [];
}
