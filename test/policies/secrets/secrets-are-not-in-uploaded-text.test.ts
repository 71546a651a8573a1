import { secretsAreNotInUploadedText } from "../../../policies/secrets/secrets-are-not-in-uploaded-text.ts";
import { judges } from "../judging.ts";

judges(secretsAreNotInUploadedText, "SEC-003", {
  rejects: [
    {
      name: "a file that is called a secret",
      given: { upload: { file: "/incoming/API_KEY", content: "k" } },
      evidence: ['"/incoming/API_KEY" has the name of a secret and comes as text'],
    },
    {
      name: "a private key",
      given: { upload: [{ file: "/incoming/tls.pem", content: "-----BEGIN EC PRIVATE KEY-----" }] },
      evidence: ['the content of "/incoming/tls.pem" holds a private key'],
    },
    {
      name: "a password in a URL, in base64",
      given: { upload: [{ file: "/a.conf", content_base64: btoa("db = redis://u:pw@redis") }] },
      evidence: ['the content of "/a.conf" holds a password in a URL'],
    },
    {
      name: "text known only at apply",
      given: { upload: [{ file: "/a.conf", content: "${random_password.P.result}" }] },
      evidence: ['the content of "/a.conf" is known only at apply'],
    },
  ],
  accepts: [
    {
      name: "public text next to a secret file",
      given: {
        upload: [
          { file: "/a.conf", content: "listen 8000" },
          { file: "/API_KEY", source: "secrets/api-key" },
        ],
      },
    },
    {
      name: "a script with escaped variables",
      given: { upload: [{ file: "/with-secrets.sh", content: "exec $${1}" }] },
    },
    { name: "a container without uploads", given: {}, examined: 0 },
  ],
});
