import { type KeyObject, X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";
import { isPast } from "../core/inputs.ts";
import type { Problem } from "../core/problems.ts";
import { commonName, covers, namesIn } from "./certificate.ts";

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CERTIFICATE = "tls.certificate.certificate";
const KEY = "tls.certificate.key";

/** Curves that every browser takes. */
const CURVES: readonly string[] = ["prime256v1", "secp384r1"];
const RSA_BITS = 2048;

/** The user's own certificates in the order of the file, their key, and what they are to be good for. */
export interface Candidate {
  readonly chain: readonly [X509Certificate, ...X509Certificate[]];
  readonly key: KeyObject;
  readonly hosts: readonly string[];
}

/** Everything that would make clients refuse that certificate, or a daemon that key. */
export async function problemsOfPair({ chain, key, hosts }: Candidate): Promise<readonly Problem[]> {
  return [
    ...keyMatches(chain[0], key),
    ...keysAreStrong(chain),
    ...(await signaturesAreStrong(chain)),
    ...isForServers(chain[0]),
    ...namesCover(chain[0], hosts),
    ...datesAreNow(chain),
    ...chainIsWhole(chain),
  ];
}

function keyMatches(leaf: X509Certificate, key: KeyObject): readonly Problem[] {
  if (leaf.checkPrivateKey(key)) return [];
  const allowed = `the private key of ${named(leaf)}, the first certificate of the file`;
  const fix = "name the key that the certificate was requested with, and put the server's certificate first";
  return [{ path: KEY, got: "the key of another certificate", allowed, fix }];
}

function keysAreStrong(chain: readonly X509Certificate[]): readonly Problem[] {
  return chain.flatMap((certificate) => {
    const { asymmetricKeyType: type, asymmetricKeyDetails: details } = certificate.publicKey;
    const strong =
      type === "rsa" ? (details?.modulusLength ?? 0) >= RSA_BITS : CURVES.includes(details?.namedCurve ?? "");
    if (strong) return [];
    const size = details?.modulusLength ?? details?.namedCurve ?? "";
    const allowed = `RSA of ${RSA_BITS} bits or more, or EC on ${CURVES.join(" or ")}`;
    const got = `${named(certificate)}: ${type} ${size}`.trim();
    return [{ path: CERTIFICATE, got, allowed, fix: "have it issued again for a stronger key" }];
  });
}

/** A root's signature on itself proves nothing, and nobody checks it. */
async function signaturesAreStrong(chain: readonly X509Certificate[]): Promise<readonly Problem[]> {
  const { signatureHash } = await import("./x509.ts");
  return chain
    .filter((certificate) => !isRoot(certificate))
    .map((certificate) => ({ certificate, hash: signatureHash(certificate.toString()) }))
    .filter(({ hash }) => /^(SHA-1|MD5)$/.test(hash))
    .map(({ certificate, hash }) => ({
      path: CERTIFICATE,
      got: `${named(certificate)}: signed with ${hash}`,
      allowed: "a signature with SHA-256 or better",
      fix: "have it issued again",
    }));
}

function isForServers(leaf: X509Certificate): readonly Problem[] {
  const usage = leaf.keyUsage as readonly string[] | undefined;
  if (usage === undefined || usage.includes(SERVER_AUTH)) return [];
  const allowed = "a certificate for servers (extended key usage serverAuth)";
  return [
    {
      path: CERTIFICATE,
      got: `${named(leaf)}: for ${usage.join(", ")}`,
      allowed,
      fix: "have it issued for a server",
    },
  ];
}

/** Whether a certificate is good for every host of the deployment. */
export function namesCover(leaf: X509Certificate, hosts: readonly string[]): readonly Problem[] {
  const missing = hosts.filter((host) => !covers(leaf, host));
  if (missing.length === 0) return [];
  const allowed = `a certificate for all of hosts; ${missing.join(", ")} ${missing.length === 1 ? "is" : "are"} missing`;
  const fix = "have it issued for these names too, or remove them from hosts";
  return [{ path: CERTIFICATE, got: namesIn(leaf).join(", ") || "no names", allowed, fix }];
}

function datesAreNow(chain: readonly X509Certificate[]): readonly Problem[] {
  return chain.flatMap((certificate) => {
    const found = (got: string, fix: string) => [
      {
        path: CERTIFICATE,
        got: `${named(certificate)}: ${got}`,
        allowed: "a certificate that is valid today",
        fix,
      },
    ];
    const begin = Date.parse(certificate.validFrom);
    if (!isPast(begin))
      return found(`valid from ${day(begin)} on`, "wait until then, or set this machine's clock right");
    const end = Date.parse(certificate.validTo);
    return !isPast(end) ? [] : found(`expired on ${day(end)}`, "renew it, or set this machine's clock right");
  });
}

function chainIsWhole(chain: readonly X509Certificate[]): readonly Problem[] {
  const allowed =
    "the server's certificate, each followed by the one that issued it, up to one that a public root issued or a private root itself";
  for (const [index, certificate] of chain.entries()) {
    const next = chain[index + 1];
    if (next !== undefined && issued(next, certificate)) continue;
    const elsewhere = chain.some((other) => other !== certificate && issued(other, certificate));
    if (next === undefined && (isRoot(certificate) || hasPublicRoot(certificate))) return [];
    const got =
      next === undefined
        ? `${named(certificate)}, and not its issuer ${commonName(certificate.issuer)}`
        : `${named(certificate)}, followed by ${named(next)}, which did not issue it`;
    const fix = elsewhere
      ? `put ${commonName(certificate.issuer)} after it`
      : `append the certificate of ${commonName(certificate.issuer)}; CAs call the whole file "full chain"`;
    return [{ path: CERTIFICATE, got, allowed, fix }];
  }
  return [];
}

const issued = (issuer: X509Certificate, certificate: X509Certificate) =>
  certificate.checkIssued(issuer) && certificate.verify(issuer.publicKey);

const isRoot = (certificate: X509Certificate) => issued(certificate, certificate);

const hasPublicRoot = (certificate: X509Certificate) =>
  rootCertificates.some((root) => issued(new X509Certificate(root), certificate));

const named = ({ subject }: X509Certificate) => commonName(subject);

const day = (time: number) => new Date(time).toISOString().slice(0, 10);
