import { X509Certificate } from "node:crypto";
import type { StackDocument } from "../document.ts";
import { variableOf } from "./environment.ts";
import { namesOf } from "./networks.ts";
import { reader } from "./parsed-files.ts";
import { remembered } from "./remembered.ts";
import { RUNS } from "./services.ts";

const PEM = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, the one that is served first. */
export const certificates = reader((text): readonly X509Certificate[] => {
  const found = text.match(PEM) ?? [];
  if (found.length === 0) throw new Error("no certificate is in it");
  return found.map((pem) => new X509Certificate(pem));
});

const SERVER_AUTH = "1.3.6.1.5.5.7.3.1";
const CLIENT_AUTH = "1.3.6.1.5.5.7.3.2";

/** A certificate that servers show: not one that others are only checked against, and not one that is for a client alone. */
export const isServed = (certificate: X509Certificate): boolean =>
  (!certificate.ca || certificate.subjectAltName !== undefined) && !isForClientAlone(certificate);

const isForClientAlone = ({ keyUsage }: X509Certificate): boolean =>
  keyUsage?.includes(CLIENT_AUTH) === true && !keyUsage.includes(SERVER_AUTH);

/** Names under which users reach the stack, as the applications are told; not those of its own networks. */
export const declaredHosts = remembered((stack: StackDocument): readonly string[] => {
  const inside = new Set(stack.of(RUNS).flatMap((resource) => namesOf(resource, stack)));
  const names = stack
    .of(RUNS)
    .flatMap((resource) => (variableOf(resource, "ALLOWED_HOSTS")?.value ?? "").split(/[\s,]+/));
  return [...new Set(names)].filter(
    (name) =>
      name !== "" && !name.startsWith("*") && !name.startsWith(".") && !inside.has(name) && !isOwn(name),
  );
});

const isOwn = (name: string) => /^(localhost|127\.\d+\.\d+\.\d+|\[?::1\]?)$/.test(name);
