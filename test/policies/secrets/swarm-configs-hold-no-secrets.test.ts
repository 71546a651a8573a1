import { swarmConfigsHoldNoSecrets } from "../../../policies/secrets/swarm-configs-hold-no-secrets.ts";
import { judges } from "../judging.ts";

judges(swarmConfigsHoldNoSecrets, "SEC-004", {
  rejects: [
    {
      name: "a password between settings, without printing it",
      given: { name: "app.conf", data: btoa("port = 1\nsmtp_password: hunter2\n") },
      evidence: ["data gives a value to smtp_password"],
    },
    {
      name: "a key with the name of a secret",
      given: { name: "api_key", data: btoa("-----BEGIN PRIVATE KEY-----") },
      evidence: ['"api_key" has the name of a secret', "data holds a private key"],
    },
    {
      name: "data known only at apply",
      given: { name: "a", data: "${base64encode(var.c)}" },
      evidence: ["data is known only at apply"],
    },
  ],
  accepts: [
    {
      name: "public settings, and where a secret is",
      given: { name: "a", data: btoa("port = 1\npassword = /run/secrets/p\n") },
    },
  ],
});
