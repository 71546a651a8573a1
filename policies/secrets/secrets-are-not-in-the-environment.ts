import { definePolicy } from "../policy.ts";
import { looksSecret, soundsSecret } from "../secret-names.ts";
import { isKnown } from "../values.ts";

/**
 * The environment of a container stands in the JSON, in Terraform's state and in `docker inspect`.
 */
export const secretsAreNotInTheEnvironment = definePolicy({
  id: "SEC-001",
  severity: "critical",
  title: "no variable with the name of a secret has a value",
  allowed: "no value, true or false, or a NAME_FILE that says where the secret is",
  fix: "move the variable to secrets of the service in the configuration",
  source: "docs/architecture.md, provider rule 14",
  looksAt: ["docker_container"],
  where: ({ block }) => (block.env ?? undefined) !== undefined,
  check: ({ block }) =>
    Array.isArray(block.env)
      ? block.env.flatMap((entry) => problem(String(entry)))
      : ["env is not a list, so its names are not known"],
});

/** Names only: the evidence must not carry what it warns of. */
function problem(entry: string): readonly string[] {
  const [, name = "", value = ""] = /^([^=]*)=?(.*)$/s.exec(entry) ?? [];
  if (!isKnown(name)) return ["a variable has a name that is known only at apply"];
  if (!isKnown(value)) return [`${name} has a value that is known only at apply`];
  if (looksSecret(value)) return [`${name} holds a private key or a password in a URL`];
  return soundsSecret(name) && !["", "true", "false"].includes(value) ? [`${name} has a value`] : [];
}
