import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { isPast } from "../core/inputs.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Whole days until a certificate ends; negative when it has ended. */
export const daysLeft = ({ validTo }: X509Certificate, now = Date.now()): number =>
  Math.floor((Date.parse(validTo) - now) / DAY_MS);

/** Less than a third of its life is left: time to make another. */
export function isDue({ validFrom, validTo }: X509Certificate): boolean {
  const [begin, end] = [Date.parse(validFrom), Date.parse(validTo)];
  return isPast(end - (end - begin) / 3);
}

/** Fewer days than this are a reason to say so: anyone who renews should have done it long before. */
const LEAST_DAYS = 14;

/**
 * Whether a certificate should have been renewed by now. Some CAs issue for a few days only: of those a third has to
 * have been left unused.
 */
export const isLate = (certificate: X509Certificate): boolean =>
  daysLeft(certificate) < LEAST_DAYS && isDue(certificate);

/** Whether a certificate is good for a host name or an IP address, as clients check it. */
export const covers = (certificate: X509Certificate, host: string): boolean =>
  (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined;

/** The names and addresses that a certificate is for, without their kind. */
export const namesIn = ({ subjectAltName }: X509Certificate): readonly string[] =>
  (subjectAltName ?? "")
    .split(", ")
    .filter((name) => name !== "")
    .map((name) => name.replace(/^(DNS|IP Address):/, ""));

/** The common name of a subject or an issuer as Node prints it, else the whole of it. */
export const commonName = (subject: string): string =>
  /^CN=(.*)$/m.exec(subject)?.[1] ?? subject.replaceAll("\n", ", ");
