import type { X509Certificate } from "node:crypto";
import type { StackDocument } from "../document.ts";
import { certificates, isServed } from "../facts/certificates.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const CURVES = ["prime256v1", "secp384r1", "secp521r1"];

export const keysAreStrong = definePolicy({
  id: "TLS-006",
  severity: "medium",
  title: "keys are RSA of 2048 bits, P-256 or better; in production an authority has signed them",
  why: "Clients refuse shorter keys, some of them silently; a certificate that signs itself teaches people to click warnings away.",
  avoid:
    "$ openssl req -x509 -newkey rsa:1024 -keyout edge.key -out edge.crt    # short, and its own authority",
  prefer:
    "$ openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -keyout edge.key -out edge.csr    # for an authority to sign",
  allowed:
    "RSA of 2048 bits or more, EC on P-256, P-384 or P-521, Ed25519; a server's certificate signed by a CA",
  fix: "issue the certificate again; for tests use a CA of your own",
  source: "NIST SP 800-131A; CA/Browser Forum Baseline Requirements",
  looksAt: ["file/certificate"],
  check: (file, stack) =>
    certificates(file).flatMap((certificate) => [
      ...weakness(certificate),
      ...(stack.environment === "production" && isServed(certificate) && signsItself(certificate)
        ? [isRenewed(stack) ? PLACEHOLDER : "the certificate signs itself"]
        : []),
    ]),
});

const PLACEHOLDER = {
  notEnforceable:
    "the certificate signs itself until the renewer of the stack has another: openssl s_client shows what is served",
};

const isRenewed = (stack: StackDocument) =>
  stack.of(RUNS).some((resource) => kindOf(resource, stack) === "renewer");

function weakness({ publicKey }: X509Certificate): readonly string[] {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = publicKey;
  if (type === "rsa" || type === "rsa-pss")
    return (details?.modulusLength ?? 0) < 2048 ? [`its key is RSA of ${details?.modulusLength} bits`] : [];
  if (type === "ec")
    return CURVES.includes(details?.namedCurve ?? "") ? [] : [`its key is EC on ${details?.namedCurve}`];
  return type === "ed25519" || type === "ed448" ? [] : [`its key is of type ${type}`];
}

const signsItself = (certificate: X509Certificate) =>
  certificate.checkIssued(certificate) && certificate.verify(certificate.publicKey);
