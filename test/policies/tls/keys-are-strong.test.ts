import { expect, test } from "vitest";
import { keysAreStrong } from "../../../policies/tls/keys-are-strong.ts";
import { CA, CURVE, GOOD, SELF, SHORT } from "../certificates.ts";
import { local } from "../images.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

test("TLS-006 leaves a placeholder to the renewer of the stack", () => {
  const stack = { docker_container: { Renewer: { image: "exploreiot/renewer:1" } } };

  expect(said(keysAreStrong, { ...stack, "file/certificate": { Edge: { text: SELF } } })).toEqual({
    examined: 1,
    findings: [],
    notEnforceable: [
      "the certificate signs itself until the renewer of the stack has another: openssl s_client shows what is served",
    ],
  });
});

judges(keysAreStrong, "TLS-006", {
  rejects: [
    { name: "a short key", given: { text: SHORT }, evidence: ["its key is RSA of 1024 bits"] },
    {
      name: "a curve that few know",
      given: { text: GOOD + CURVE },
      evidence: ["its key is EC on secp224r1"],
    },
    { name: "one that signs itself", given: { text: SELF }, evidence: ["the certificate signs itself"] },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    { name: "P-256, signed by a CA that comes with it", given: { text: GOOD + CA } },
    {
      name: "one that signs itself, on a developer's machine",
      given: { text: SELF },
      around: { docker_container: { Api: local } },
    },
  ],
});
