import "reflect-metadata";
import { webcrypto } from "node:crypto";
import { isIP } from "node:net";
import * as x509 from "@peculiar/x509";
import type { Pair } from "./pair.ts";

const CURVE = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const DAY = 24 * 60 * 60 * 1000;
const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** Machines with a slow clock accept a new certificate too. */
const BACKDATED_MS = 60 * 60 * 1000;

/** Of a CA: devices in the field hold its certificate, and its key never leaves the deploying machine. */
const CA_DAYS = 20 * 365;

/** What Apple's clients accept at most from a public CA, so no client finds it too long. */
const SERVER_DAYS = 397;
const DEVICE_DAYS = 730;

interface Issuer {
  readonly certificate: x509.X509Certificate;
  readonly key: webcrypto.CryptoKey;
}

interface Request {
  readonly name: string;
  readonly days: number;
  readonly extensions: readonly x509.Extension[];

  /** @default - signed by its own key */
  readonly issuer?: Issuer;
}

/** A CA that may sign certificates and revocation lists, and no further CA. */
export function makeAuthority(name: string): Promise<Pair> {
  const usage = x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign;
  const extensions = [
    new x509.BasicConstraintsExtension(true, 0, true),
    new x509.KeyUsagesExtension(usage, true),
  ];
  return make({ name, days: CA_DAYS, extensions });
}

/** A server's certificate for all `hosts` (DNS names and IP addresses), signed by `authority` or by its own key. */
export async function makeServerPair(
  name: string,
  hosts: readonly string[],
  authority?: Pair,
): Promise<Pair> {
  const names = hosts.map((host): x509.JsonGeneralName => ({ type: isIP(host) ? "ip" : "dns", value: host }));
  const extensions = [...endEntity(SERVER_AUTH), new x509.SubjectAlternativeNameExtension(names)];
  const request = { name, days: SERVER_DAYS, extensions };
  return make(authority === undefined ? request : { ...request, issuer: await issuerOf(authority) });
}

/** A client's certificate whose common name is the device. */
export async function makeDevicePair(device: string, authority: Pair): Promise<Pair> {
  return make({
    name: device,
    days: DEVICE_DAYS,
    extensions: endEntity(CLIENT_AUTH),
    issuer: await issuerOf(authority),
  });
}

/** One certificate that must not be accepted any more. */
export interface Revocation {
  /** Hexadecimal, as `openssl x509 -serial` prints it. */
  readonly serial: string;
  readonly at: Date;
}

/**
 * The revocation list of a CA, as PEM. It is as valid as the CA: anyone who reads it gets each new one delivered, and
 * a broker that meets an outdated list refuses every client.
 */
export async function makeRevocationList(authority: Pair, revoked: readonly Revocation[]): Promise<string> {
  const { certificate, key } = await issuerOf(authority);
  const list = await x509.X509CrlGenerator.create(
    {
      issuer: certificate.subject,
      thisUpdate: new Date(Date.now() - BACKDATED_MS),
      nextUpdate: certificate.notAfter,
      entries: revoked.map(({ serial, at }) => ({ serialNumber: serial, revocationDate: at })),
      extensions: [
        await x509.AuthorityKeyIdentifierExtension.create(certificate.publicKey, false, webcrypto),
      ],
      signingAlgorithm: CURVE,
      signingKey: key,
    },
    webcrypto,
  );
  // The label of RFC 7468; the library's own says "CRL", which OpenSSL does not know.
  return pem(x509.PemConverter.encode(list.rawData, "X509 CRL"));
}

/** The hash that a certificate was signed with, for example `SHA-256`. */
export const signatureHash = (certificate: string): string =>
  new x509.X509Certificate(certificate).signatureAlgorithm.hash.name;

const endEntity = (usage: string): readonly x509.Extension[] => [
  new x509.BasicConstraintsExtension(false, undefined, true),
  new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
  new x509.ExtendedKeyUsageExtension([usage], false),
];

async function make({ name, days, extensions, issuer }: Request): Promise<Pair> {
  const keys = await webcrypto.subtle.generateKey(CURVE, true, ["sign", "verify"]);
  const last = issuer?.certificate.notAfter.getTime() ?? Number.POSITIVE_INFINITY;
  const notAfter = Math.min(Date.now() + days * DAY, last);
  const subject = [{ CN: [name] }];
  const certificate = await x509.X509CertificateGenerator.create(
    {
      subject,
      issuer: issuer?.certificate.subject ?? subject,
      notBefore: new Date(Date.now() - BACKDATED_MS),
      notAfter: new Date(notAfter),
      publicKey: keys.publicKey,
      signingKey: issuer?.key ?? keys.privateKey,
      signingAlgorithm: CURVE,
      extensions: [
        ...extensions,
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey, false, webcrypto),
        await x509.AuthorityKeyIdentifierExtension.create(
          issuer?.certificate.publicKey ?? keys.publicKey,
          false,
          webcrypto,
        ),
      ],
    },
    webcrypto,
  );
  const key = await webcrypto.subtle.exportKey("pkcs8", keys.privateKey);
  return {
    certificate: pem(certificate.toString("pem")),
    key: pem(x509.PemConverter.encode(key, "PRIVATE KEY")),
  };
}

async function issuerOf({ certificate, key }: Pair): Promise<Issuer> {
  const bytes = x509.PemConverter.decodeFirst(key);
  return {
    certificate: new x509.X509Certificate(certificate),
    key: await webcrypto.subtle.importKey("pkcs8", bytes, CURVE, false, ["sign"]),
  };
}

const pem = (text: string) => `${text.trimEnd()}\n`;
