import { soundsSecret } from "../facts/secret-names.ts";
import { definePolicy } from "../policy.ts";
import { isTrue } from "../values.ts";

export const secretVariablesAreSensitive = definePolicy({
  id: "SEC-012",
  severity: "medium",
  title: "a variable for a secret is sensitive and has no default",
  why: "A variable that is not sensitive is shown in every plan; a default is in the repository.",
  avoid: `{"variable": {
  "db_password": {"default": "tr0ub4dor-9x"}
}}`,
  prefer: `{"variable": {
  "db_password": {"sensitive": true}
}}`,
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
