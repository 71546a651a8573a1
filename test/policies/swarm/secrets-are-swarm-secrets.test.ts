import { secretsAreSwarmSecrets } from "../../../policies/swarm/secrets-are-swarm-secrets.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(secretsAreSwarmSecrets, "SWM-003", {
  rejects: [
    {
      name: "the name and the form of a secret",
      given: withSpec({ env: { API_KEY: "hunter2", DSN: "postgres://me:hunter2@db/x", A: "1" } }),
      evidence: ["API_KEY has a value", "DSN holds a password in a URL"],
    },
    {
      name: "what is known only at apply",
      given: withSpec({ env: { A: "${var.a}", B: "${var.token}", API_KEY: "${var.a}" } }),
      evidence: [
        "B has a value that is known only at apply",
        "API_KEY has a value that is known only at apply",
      ],
    },
    {
      name: "names that are known only at apply",
      given: withSpec({ env: "${var.env}" }),
      evidence: ['env is "${var.env}", so its names are not known'],
    },
  ],
  accepts: [
    { name: "no variables", given: withSpec({}), examined: 0 },
    {
      name: "a secret by path",
      given: withSpec({ env: { API_KEY_FILE: "/run/secrets/key", PASSWORD: "" } }),
    },
  ],
});
