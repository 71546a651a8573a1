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
  const refuse = (reason: string) =>
    new UserError(
      `${place}: ${JSON.stringify(path)}: ${reason}; allowed: the certificates of CAs, in PEM`,
      "name the file that the server's operator calls the CA, or the root certificate",
    );
  const text = readTextFile(path, place);
  if (text.includes("PRIVATE KEY")) throw refuse("holds a private key");
  const all = text.match(ONE) ?? [];
  if (all.length === 0) throw refuse("holds no certificate");
  for (const pem of all) {
    try {
      const certificate = new X509Certificate(pem);
      if (!certificate.ca)
        throw refuse(`the certificate of ${certificate.subject.replaceAll("\n", ", ")} is no CA's`);
    } catch (error) {
      if (error instanceof UserError) throw error;
      throw refuse("holds a certificate that cannot be read");
    }
  }
  return `${all.join("\n")}\n`;
}
