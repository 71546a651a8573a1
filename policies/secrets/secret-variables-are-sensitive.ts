import { soundsSecret } from "../facts/secret-names.ts";
import { definePolicy } from "../policy.ts";
import { isTrue } from "../values.ts";

/**
 * A variable that is not sensitive is shown in every plan; a default is in the repository.
 */
export const secretVariablesAreSensitive = definePolicy({
  id: "SEC-012",
  severity: "medium",
  title: "a variable for a secret is sensitive and has no default",
  allowed: "sensitive true, no default",
  fix: "set sensitive, remove the default and give the value in TF_VAR_…",
  source: "Terraform documentation, input variables: sensitive",
  dialect: "source",
  looksAt: ["variable"],
  where: ({ id }) => soundsSecret(id),
  check: ({ block }) => [
    ...(isTrue(block.sensitive) ? [] : ["sensitive is not true"]),
    ...(["", undefined, null].includes(block.default as never) ? [] : ["it has a default"]),
  ],
});
