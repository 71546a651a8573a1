import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import type { StackDocument } from "../document.ts";
import { certificates, declaredHosts, isServed } from "../facts/certificates.ts";
import { definePolicy } from "../policy.ts";

const DAYS_LEFT = 30;
const DAY = 24 * 3600 * 1000;

export const certificatesAreValid = definePolicy({
  id: "TLS-005",
  severity: "high",
  title: "certificates are valid, with time left to renew them, for the names that users type",
  why: "Devices do not click warnings away: they stop sending on the day a certificate ends.",
  avoid: `$ openssl x509 -in edge.crt -noout -enddate    # ended
notAfter=Jan 31 23:59:59 2024 GMT`,
  prefer: `$ openssl x509 -in edge.crt -noout -checkend 2592000    # valid for 30 days and more
Certificate will not expire`,
  allowed: `certificates that are valid now and for ${DAYS_LEFT} days, or for a third of their life if that is shorter, the first with a subjectAltName for each name of ALLOWED_HOSTS`,
  fix: "renew the certificate; ask for all names that the deployment lists in hosts",
  source: "RFC 9525; CA/Browser Forum Baseline Requirements",
  looksAt: ["file/certificate"],
  check: (file, stack) => {
    const all = certificates(file);
    const [first] = all;
    return [
      ...all.flatMap((certificate) => dates(certificate)),
      ...(first !== undefined && isServed(first) ? names(first, stack) : []),
    ];
  },
});

function dates(certificate: X509Certificate): readonly string[] {
  const name = title(certificate);
  const [from, to] = [Date.parse(certificate.validFrom), Date.parse(certificate.validTo)];
  const left = Math.floor((to - Date.now()) / DAY);
  if (from > Date.now()) return [`${name} is not valid before ${certificate.validFrom}`];
  if (left < 0) return [`${name} ended on ${certificate.validTo}`];
  // Some CAs issue for a few days only; clients of ACME renew when a third of the life is left.
  return left < Math.min(DAYS_LEFT, (to - from) / 3 / DAY)
    ? [`${name} ends on ${certificate.validTo}, in ${left} days`]
    : [];
}

function names(certificate: X509Certificate, stack: StackDocument): readonly string[] {
  const name = title(certificate);
  if (certificate.subjectAltName === undefined) return [`${name} has no subjectAltName`];
  return declaredHosts(stack)
    .filter((host) => !covers(certificate, host))
    .map((host) => `${name} is not for ${host}`);
}

const covers = (certificate: X509Certificate, host: string) =>
  isIP(host) === 0
    ? certificate.checkHost(host, { subject: "never" }) !== undefined
    : certificate.checkIP(host) !== undefined;

const title = ({ subject }: X509Certificate) =>
  `certificate of ${(subject || "nobody").replaceAll("\n", ", ")}`;
