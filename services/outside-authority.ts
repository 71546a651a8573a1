import { X509Certificate } from "node:crypto";
import { UserError } from "../core/errors.ts";
import { readTextFile } from "./application/text-file.ts";

const ONE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/**
 * The CA that a server outside of the deployment is checked by.
 *
 * @param place the setting that names the file
 * @throws UserError where it holds no certificate, one that is no CA, or a key, which would go to every program
 */
export function readAuthority(path: string, place: string): string {
  const refuse = refusal(path, place, {
    allowed: "the certificates of CAs, in PEM",
    fix: "name the file that the server's operator calls the CA, or the root certificate",
  });
  const all = certificatesIn(readTextFile(path, place), refuse);
  const other = all.find(({ certificate }) => !certificate.ca);
  if (other !== undefined) throw refuse(`the certificate of ${subjectOf(other.certificate)} is no CA's`);
  return textOf(all);
}

/**
 * The certificate by which a program of the deployment shows a server outside who it is.
 *
 * @param place the setting that names the file
 * @returns the first certificate of the file, and all of them
 * @throws UserError where it holds no certificate, one whose time is not now, or a key, which would stand in the JSON
 */
export function readCertificate(
  path: string,
  place: string,
): { readonly leaf: X509Certificate; readonly text: string } {
  const refuse = refusal(path, place, {
    allowed: "the certificate of this deployment and those of intermediate CAs, in PEM",
    fix: "have another one issued, and keep its key apart",
  });
  const all = certificatesIn(readTextFile(path, place), refuse);
  const leaf = (all[0] as (typeof all)[number]).certificate;
  const [from, until] = [new Date(leaf.validFrom), new Date(leaf.validTo)];
  if (Date.now() < from.getTime() || Date.now() > until.getTime())
    throw refuse(
      `the certificate of ${subjectOf(leaf)} is good from ${from.toISOString()} to ${until.toISOString()}`,
    );
  return { leaf, text: textOf(all) };
}

type Refuse = (reason: string) => UserError;

const refusal =
  (
    path: string,
    place: string,
    { allowed, fix }: { readonly allowed: string; readonly fix: string },
  ): Refuse =>
  (reason) =>
    new UserError(`${place}: ${JSON.stringify(path)}: ${reason}; allowed: ${allowed}`, fix);

const subjectOf = ({ subject }: X509Certificate): string => subject.replaceAll("\n", ", ");

const textOf = (all: readonly { readonly pem: string }[]): string =>
  `${all.map(({ pem }) => pem).join("\n")}\n`;

function certificatesIn(text: string, refuse: Refuse) {
  if (text.includes("PRIVATE KEY")) throw refuse("holds a private key");
  const all = text.match(ONE) ?? [];
  if (all.length === 0) throw refuse("holds no certificate");
  return all.map((pem) => {
    try {
      return { pem, certificate: new X509Certificate(pem) };
    } catch {
      throw refuse("holds a certificate that cannot be read");
    }
  });
}
