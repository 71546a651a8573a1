import { namesSecret, soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { definePolicy } from "../policy.ts";
import { isKnown, isTrue } from "../values.ts";

export const outputsHideSecrets = definePolicy({
  id: "SEC-011",
  severity: "high",
  title: "an output that holds a secret is sensitive",
  why: "Terraform prints outputs after each apply, into the log of the program that ran it.",
  avoid: `{"output": {
  "db_password": {"value": "\${random_password.db.result}"}
}}`,
  prefer: `{"output": {
  "db_password": {"value": "\${random_password.db.result}", "sensitive": true}
}}`,
  allowed: "sensitive true, or no such output",
  fix: "remove the output: sensitive hides it from the terminal, not from the state",
  source: "Terraform documentation, output values: sensitive",
  looksAt: ["output"],
  check: ({ id, block: { value, sensitive } }) => {
    const text = JSON.stringify(value ?? "");
    const isSecret =
      secretForm(text) !== undefined || soundsSecret(id) || (!isKnown(value) && namesSecret(text));
    return isSecret && !isTrue(sensitive) ? [`${id} holds a secret and is not sensitive`] : [];
  },
});
