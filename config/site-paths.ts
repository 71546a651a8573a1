import { relative, resolve, sep } from "node:path";
import { projectRoot } from "../core/home.ts";
import type { Deployment } from "../services/deployment.ts";

/**
 * A deployment whose paths, written relative to its site file, are relative to the project's root instead: those of
 * Dockerfiles' contexts, of PEM files and of rules. Absolute ones stay where they lead.
 *
 * @param folder of the site file
 */
export function fromSiteFile(deployment: Deployment, folder: string): Deployment {
  const here = (path: string) => relative(projectRoot, resolve(folder, path)).split(sep).join("/") || ".";
  const built = <Service extends Deployment["frontend"] | Deployment["backend"]>(
    service: Service,
  ): Service =>
    service.build === undefined
      ? service
      : { ...service, build: { ...service.build, context: here(service.build.context) } };
  const { policies, tls } = deployment;
  return {
    ...deployment,
    backend: built(deployment.backend),
    frontend: built(deployment.frontend),
    tls: { ...tls, certificate: certificateFrom(tls.certificate, here) },
    policies: policies.rules === undefined ? policies : { ...policies, rules: here(policies.rules) },
  };
}

type Certificate = Deployment["tls"]["certificate"];

function certificateFrom(certificate: Certificate, here: (path: string) => string): Certificate {
  if (certificate.source === "files") {
    return { ...certificate, certificate: here(certificate.certificate), key: here(certificate.key) };
  }
  return certificate.source === "acme" && certificate.ca !== undefined
    ? { ...certificate, ca: here(certificate.ca) }
    : certificate;
}
