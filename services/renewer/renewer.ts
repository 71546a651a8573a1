import { resolve } from "node:path";
import { Construct, type IConstruct } from "constructs";
import { FileDelivery } from "../../constructs/file-delivery.ts";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import type { JoinedNetwork } from "../../constructs/private-network.ts";
import { commandProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import { FILES } from "../../core/container-folders.ts";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";
import { projectRoot } from "../../core/home.ts";
import { readPlainFile } from "../../core/inputs.ts";
import { CERTIFICATES, CERTIFICATES_GROUP, type Certificates } from "../certificates/certificates.ts";
import type { Deployment } from "../deployment.ts";
import { EDGE_PORT, RENEWER_PORT } from "../edge/definition.ts";
import type { ServiceScope } from "../service-scope.ts";

const USER = `${CERTIFICATES_GROUP}:${CERTIFICATES_GROUP}`;

/** `tls.certificate` of a deployment whose certificate a CA issues by ACME. */
type Acme = Extract<Deployment["tls"]["certificate"], { source: "acme" }>;

export interface RenewerProps {
  readonly context: ServiceScope;
  readonly acme: Acme;
  readonly certificates: Certificates;

  /** Passes the CA's connections on, so it has to be up before the CA is asked. */
  readonly edge: IConstruct;

  /** The edge's: the CA's connections come in there, and the directory is asked from there. */
  readonly network?: JoinedNetwork;
}

/**
 * Gets the certificate from an ACME directory and renews it, by TLS-ALPN-01 through the edge's port 443. Its account
 * key and what it was issued are in a volume of its own.
 */
export class Renewer extends Construct {
  constructor(scope: Construct, id: string, { context, acme, certificates, edge, network }: RenewerProps) {
    super(scope, id);
    const { deployment } = context;
    const files = acme.ca === undefined ? undefined : this.#authority(acme.ca, context);
    const directory = new URL(acme.directory);
    const account = new DataVolume(this, "Account", "acme", context);
    new ServiceContainer(this, "Service", {
      kind: "renewer",
      context,
      role: "renewer",
      alias: "renewer",
      image: context.images.kit("renewer"),
      user: USER,
      limits: { memoryMiB: 96, cpus: 0.5, pids: 64 },
      networks: [network ?? context.network("edge")],
      command: ["renew.sh"],
      environment: {
        ACME_DIRECTORY: acme.directory,
        ACME_EMAIL: acme.email,
        ACME_HOSTS: deployment.names.join(" "),
        ACME_LISTEN: String(RENEWER_PORT),
        ACME_EDGE: `edge:${EDGE_PORT}`,
        ...(files === undefined ? {} : { ACME_CA: `${FILES}/ca.pem` }),
      },
      ...(files === undefined ? {} : { files }),
      volumes: [
        { name: certificates.volumeName, path: CERTIFICATES },
        { name: account.name, path: "/acme" },
      ],
      tmpfs: { "/tmp": tmpfsOptions(4, USER) },
      // An expired certificate is what this container is there to prevent.
      probe: commandProbe(`openssl x509 -in ${CERTIFICATES}/current/edge.crt -noout -checkend 0`.split(" ")),
      connects: [
        { to: directory.hostname, port: Number(directory.port || 443), speaks: "ACME", way: "both" },
      ],
      after: [certificates, edge],
    });
  }

  /** The CA behind the directory's own TLS, which no system knows. */
  #authority(file: string, context: ServiceScope): FileDelivery {
    const files = [{ name: "ca.pem", content: authorityText(file) }];
    return new FileDelivery(this, "Files", { service: "renewer", user: USER, context, files });
  }
}

function authorityText(file: string): string {
  try {
    return readPlainFile(resolve(projectRoot, file)).toString();
  } catch (error) {
    throw new UserError(
      `tls.certificate.ca: ${file} cannot be read (${fileProblem(error)})`,
      "name the PEM file of the CA behind the directory's own TLS, or remove the setting for a public one",
    );
  }
}
