import { hasUploads } from "../facts/containers.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { secretForm } from "../facts/secret-values.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isKnown, isUnset, show } from "../values.ts";

export const secretsAreNotInUploadedText = definePolicy({
  id: "SEC-003",
  severity: "critical",
  title: "no secret is uploaded as text",
  why: "Uploaded text stands in the JSON and in Terraform's state; of a `source` only the path and the hash do.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/files/db_password", "content": "tr0ub4dor-9x"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "upload": [{"file": "/files/db_password", "source": "/srv/secrets/db_password", "source_hash": "5f1c0a9be27d"}]
}}}}`,
  allowed: "public text in content; secrets through source and source_hash",
  fix: "give the path of the file in source, and its hash in source_hash",
  words: { site: { fix: "deliver the file with secretFile and hash" } },
  source: "docs/architecture.md, provider rule 14",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: hasUploads,
  check: ({ block }) => blocks(block, "upload").flatMap(problem),
});

/** Never with the text itself: the evidence must not carry what it warns of. */
function problem({ file, content, content_base64 }: Block): readonly string[] {
  const given = [content ?? undefined, content_base64 ?? undefined].filter((value) => !isUnset(value));
  if (given.length === 0) return [];
  if (!isKnown(given)) return [`the content of ${show(file)} is known only at apply`];
  if (soundsSecret(String(file))) return [`${show(file)} has the name of a secret and comes as text`];
  const texts = [String(content ?? ""), Buffer.from(String(content_base64 ?? ""), "base64").toString()];
  const form = texts.map(secretForm).find((found) => found !== undefined);
  return form === undefined ? [] : [`the content of ${show(file)} holds ${form}`];
}
