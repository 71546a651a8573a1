import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import { type DeliveredFile, deliveryJob, fingerprint, INCOMING } from "../../constructs/delivery-job.ts";
import { namedVolume } from "../../constructs/volumes.ts";
import { deploymentHome } from "../../core/home.ts";
import type { Origin } from "../../core/secret-text.ts";
import { deliveredFiles, type PublishedFile } from "../../pki/delivered.ts";
import type { Deployment } from "../deployment.ts";
import { servesDevices } from "../listeners.ts";
import type { ServiceScope } from "../service-scope.ts";

/** Where services find the certificates; mounted read-only. */
export const CERTIFICATES = "/certs";

/** Owner of everything in the volume; a service that reads it needs the group, as a supplementary one. */
export const CERTIFICATES_GROUP = 2000;

export interface CertificatesProps {
  readonly context: ServiceScope;
}

/**
 * The volume of certificates and the one-shot job that publishes into it: a pair in a folder of its own, then
 * `current` switched to it by one rename. A changed pair runs the job again and replaces no service; the watcher in
 * each service sees the new files. `preparePki` has to be called before.
 */
export class Certificates extends Construct {
  readonly volumeName: string;
  readonly container: Container;

  constructor(scope: Construct, id: string, { context }: CertificatesProps) {
    super(scope, id);
    const { deployment, secrets } = context;
    const { files } = deliveredFiles(deploymentHome(deployment.name), servesDevices(deployment));
    const issued = deployment.tls.certificate.source === "acme";
    const delivered = files.map(
      (file: PublishedFile): DeliveredFile => ({
        name: file.name,
        secretFile: file.path,
        hash: secrets.keyedHash(file.content),
        ...originOf(deployment, file.name),
      }),
    );
    const script = publishScript({ onlyIfNone: issued, devices: servesDevices(deployment) });
    // The renewer writes to it what it was issued, which makes it data: a CA counts certificates, and refuses too many.
    this.volumeName = namedVolume(this, "certs", context);
    this.container = deliveryJob(this, "Container", {
      role: "certificates-files",
      what: "the certificates",
      script,
      volumeName: this.volumeName,
      path: CERTIFICATES,
      files: delivered,
      places: { "edge.crt": "current/edge.crt", "edge.key": "current/edge.key" },
      hash: secrets.keyedHash(JSON.stringify([script, delivered.map(fingerprint)])),
      context,
    });
  }
}

/** How a server makes the pair itself; the user's own files, and what devices are trusted by, can only be brought. */
function originOf({ name, names: hosts, tls }: Deployment, file: string): { readonly origin?: Origin } {
  const { source } = tls.certificate;
  if (source === "files" || !file.startsWith("edge.")) return {};
  const pair = { pair: "pki/edge", name: "edge", subject: `ExploreIOT ${name}`, hosts };
  return { origin: source === "internal" ? { ...pair, authority: "pki/authority" } : pair };
}

interface Publication {
  /** Leaves a pair that is there in place: the renewer's own. */
  readonly onlyIfNone: boolean;

  readonly devices: boolean;
}

/**
 * Publishes a pair that arrived, whole or not at all: a folder is renamed to its place when it is complete, and
 * `current` is switched by one rename. The pair before is kept, since a service may be reading it just now. The set-gid
 * bit is set while root's own group has the folder (no other way without CAP_FSETID), and inherited by those in it.
 */
function publishScript({ onlyIfNone, devices }: Publication): string {
  const owner = `${CERTIFICATES_GROUP}:${CERTIFICATES_GROUP}`;
  const publish = [
    // As `pairId` has it; the script says the same for every pair, so that it can be rendered for another machine.
    `pair=$(sha256sum <${INCOMING}/edge.crt | cut -c1-16)`,
    `if [ ! -d "$pair" ]; then`,
    `  rm -rf .new; mkdir .new`,
    `  cp ${INCOMING}/edge.crt ${INCOMING}/edge.key .new/`,
    `  chmod 0640 .new/*; chown -R ${owner} .new; mv -T .new "$pair"`,
    `fi`,
    `before=$(readlink current || echo "$pair")`,
    `ln -sfn "$pair" .next; chown -h ${owner} .next; mv -T .next current`,
    `find . -mindepth 1 -maxdepth 1 -type d ! -name "$pair" ! -name "$before" ! -name devices -exec rm -rf {} +`,
  ];
  return [
    `umask 027`,
    `cd ${CERTIFICATES}`,
    `if [ "$(stat -c %u:%g:%a .)" != ${owner}:2750 ]; then chown 0:0 .; chmod 2750 .; chown ${owner} .; fi`,
    // Started again by an engine with nothing new: what was published before stays.
    `if [ -f ${INCOMING}/edge.crt ] && [ -f ${INCOMING}/edge.key ]${onlyIfNone ? " && [ ! -e current/edge.key ]" : ""}; then`,
    ...publish.map((line) => `  ${line}`),
    `fi`,
    ...(devices ? publishDevices(owner) : ["rm -rf devices"]),
    `rm -rf ${INCOMING}/* 2>/dev/null || true`,
    `[ -e current/edge.key ] || { echo "no certificate was delivered" >&2; exit 1; }`,
  ].join("\n");
}

const publishDevices = (owner: string) => [
  `if [ ! -d devices ]; then mkdir .devices; chown ${owner} .devices; mv -T .devices devices; fi`,
  `for name in ca.crt crl.pem; do`,
  `  if [ -f ${INCOMING}/devices/$name ]; then`,
  `    cp ${INCOMING}/devices/$name devices/.new; chmod 0640 devices/.new; chown ${owner} devices/.new`,
  `    mv -T devices/.new devices/$name`,
  `  fi`,
  `  [ -f devices/$name ] || { echo "devices/$name was not delivered" >&2; exit 1; }`,
  `done`,
];
