import { hashesOfSecretsAreKeyed } from "../../../policies/secrets/hashes-of-secrets-are-keyed.ts";
import { judges } from "../judging.ts";

const upload = (source_hash: string) => ({ upload: { file: "/in/API_KEY", source: "k", source_hash } });
const evidence = ['source_hash of "/in/API_KEY" is a bare hash'];

judges(hashesOfSecretsAreKeyed, "SEC-015", {
  rejects: [
    { name: "a SHA-256", given: upload("a".repeat(64)), evidence },
    { name: "an MD5", given: upload("0".repeat(32)), evidence },
    { name: "a SHA-256 in base64", given: upload(`${"A".repeat(43)}=`), evidence },
    { name: "a hash that Terraform computes", given: upload('${filesha256("k")}'), evidence },
  ],
  accepts: [
    { name: "a keyed hash that was cut", given: upload("1dbe4922506a") },
    { name: "a version", given: upload("2026-11-23") },
    {
      name: "a public file",
      given: { upload: { file: "/a.cfg", source: "a", source_hash: "a".repeat(64) } },
      examined: 0,
    },
  ],
});
