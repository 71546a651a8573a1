import { isKeyedExpression } from "../facts/keyed-hashes.ts";
import { definePolicy } from "../policy.ts";
import { type Block, blocks, isFilledText, must, show } from "../values.ts";

export const uploadedFilesAreSeenToChange = definePolicy({
  id: "PRV-012",
  severity: "high",
  title: "an uploaded file brings its keyed hash",
  why: "Terraform compares the path only: without a hash a changed secret is never delivered. A plain hash of a short secret, which the state keeps, can be guessed.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/files/token", "source": "/srv/secrets/token"}]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "must_run": false,
  "upload": [{"file": "/files/token", "source": "/srv/secrets/token", "source_hash": "5f1c0a9be27d"}]
}}}}`,
  allowed: "source_hash next to each source: a keyed hash, and not the 32, 40 or 64 digits of a plain one",
  fix: "pass secrets.keyedHash() of the content as hash",
  source: "docs/architecture.md, provider rule 14",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: ({ block }) => blocks(block, "upload").some(hasSource),
  check: ({ block }) =>
    blocks(block, "upload")
      .filter((upload) => hasSource(upload) && !isKeyedExpression(upload.source_hash))
      .flatMap((upload) => must(upload, "source_hash", isKeyed, `source_hash of ${show(upload.file)}`)),
});

const hasSource = ({ source }: Block) => source !== undefined && source !== null;

const isKeyed = (hash: unknown) =>
  isFilledText(hash) && !/^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(String(hash));
