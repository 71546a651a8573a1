import { expect, test } from "vitest";
import { swarmSecretsAreNotInClearState } from "../../../policies/secrets/swarm-secrets-are-not-in-clear-state.ts";
import { judges, reportOf } from "../judging.ts";

const secret = { name: "a", data: "${var.secret}" };
const found = (terraform: object) =>
  reportOf(swarmSecretsAreNotInClearState, {
    terraform,
    resource: { docker_secret: { A: secret } },
  }).findings.map(({ evidence }) => evidence);

judges(swarmSecretsAreNotInClearState, "SEC-005", {
  rejects: [
    {
      name: "a stack without a backend",
      given: secret,
      evidence: ["data stands in the state, and no backend is known to encrypt it"],
    },
  ],
  accepts: [],
});

test.each([{ backend: { local: {} } }, { backend: { s3: { encrypt: false } } }, { backend: { pg: {} } }])(
  "rejects a secret in %j",
  (terraform) => {
    expect(found(terraform)).toEqual(["data stands in the state, and no backend is known to encrypt it"]);
  },
);

test.each([{ backend: { s3: { encrypt: true } } }, { backend: [{ gcs: [{}] }] }, { cloud: {} }])(
  "accepts a secret in %j",
  (terraform) => {
    expect(found(terraform)).toEqual([]);
  },
);
