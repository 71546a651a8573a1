import { isKeyedExpression } from "../facts/keyed-hashes.ts";
import { secretUploads } from "../facts/secret-uploads.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

/** MD5, SHA-1, SHA-256 and SHA-512 in hexadecimal, and in base64. */
const BARE =
  /^([0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128}|[A-Za-z0-9+/]{43}=|[A-Za-z0-9+/]{86}==)$/i;
const FUNCTION = /\$\{[^}]*\b(base64)?(file)?(md5|sha1|sha256|sha512)\(/;

export const hashesOfSecretsAreKeyed = definePolicy({
  id: "SEC-015",
  severity: "medium",
  title: "the hash of a secret file cannot be used to guess it",
  why: "The state keeps the hash: who reads it tries words until one fits, on a machine of his own.",
  avoid: `{"resource": {"docker_container": {"deliver": {
  "upload": [{
    "file": "/files/db_password", "source": "/srv/secrets/db_password",
    "source_hash": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"
  }]
}}}}`,
  prefer: `{"resource": {"docker_container": {"deliver": {
  "upload": [{
    "file": "/files/db_password", "source": "/srv/secrets/db_password", "source_hash": "5f1c0a9be27d"
  }]
}}}}`,
  allowed: "a keyed hash (shorter than a whole one), or a version that changes with the secret",
  fix: "hash the file with HMAC and a key that stays on the deploying machine, and cut it to 12 digits",
  source: "docs/architecture.md, provider rule 14",
  dialect: "terraform",
  looksAt: ["docker_container"],
  where: (container) => secretUploads(container).length > 0,
  check: (container) =>
    secretUploads(container)
      .filter(({ source_hash }) => isBare(source_hash))
      .map(({ file }) => `source_hash of ${show(file)} is a bare hash`),
});

const isBare = (hash: unknown): boolean =>
  BARE.test(String(hash)) || (FUNCTION.test(String(hash)) && !isKeyedExpression(hash));
