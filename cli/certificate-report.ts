import { X509Certificate } from "node:crypto";
import { deploymentHome } from "../core/home.ts";
import { commonName, daysLeft, isLate, namesIn } from "../pki/certificate.ts";
import { currentPair } from "../pki/folder.ts";
import { authorityName } from "../pki/internal.ts";
import { servedCertificate } from "../pki/served.ts";
import { execIn } from "../runners/docker/exec.ts";
import { remoteHost } from "../runners/docker/remote.ts";
import type { Deployment } from "../services/deployment.ts";
import type { ListenerReport } from "./status-output.ts";

/** The certificate that each TLS listener of a deployment serves, and its faults. */
export async function servedCertificates(deployment: Deployment): Promise<readonly ListenerReport[]> {
  if (!deployment.ports.some(({ tls }) => tls)) return [];
  return judgeListeners(deployment, await published(deployment));
}

/** The pair that should be served: the renewer's own with ACME, else what this machine holds. */
async function published(deployment: Deployment): Promise<X509Certificate | undefined> {
  if (deployment.tls.certificate.source !== "acme") {
    const current = currentPair(deploymentHome(deployment.name));
    return current && new X509Certificate(current.pair.certificate);
  }
  const renewer = `exploreiot-${deployment.name}-renewer`;
  const { code, stdout } = await execIn(renewer, ["cat", "/certs/current/edge.crt"], {
    expected: [0, 1, 126, 127],
  });
  return code === 0 ? new X509Certificate(stdout) : undefined;
}

/**
 * Connects to each TLS listener of a deployment and judges what it serves.
 *
 * @param published what should be served; undefined if that is not known
 */
export function judgeListeners(
  deployment: Deployment,
  published: X509Certificate | undefined,
): Promise<readonly ListenerReport[]> {
  const open = deployment.ports.filter(({ tls }) => tls);
  return Promise.all(
    open.map(async ({ listener, address, port }) => {
      const endpoint = { address: reachable(address), port, host: deployment.hosts[0] as string };
      const at = `${endpoint.address}:${port}`;
      try {
        return { listener, address: at, ...judge(await servedCertificate(endpoint), published, deployment) };
      } catch (error) {
        const problems = [`not reached: ${(error as Error).message}`];
        return { listener, address: at, asPublished: false, problems };
      }
    }),
  );
}

/** A wildcard address is every address of the engine's machine. */
function reachable(address: string): string {
  if (address === "0.0.0.0") return remoteHost() ?? "127.0.0.1";
  return address === "::" ? (remoteHost() ?? "::1") : address;
}

function judge(served: X509Certificate, published: X509Certificate | undefined, deployment: Deployment) {
  const left = daysLeft(served);
  const asPublished = served.fingerprint256 === published?.fingerprint256;
  const isOwn = served.verify(served.publicKey) || commonName(served.issuer) === authorityName(deployment);
  const unissued =
    deployment.tls.certificate.source === "acme" && isOwn
      ? ["of this deployment's own making: none was issued by ACME yet, see the renewer's log"]
      : [];
  const other = `not what was published${published === undefined ? "" : ` (serial ${published.serialNumber})`}`;
  return {
    certificate: {
      serial: served.serialNumber,
      issuer: commonName(served.issuer),
      names: namesIn(served),
      validUntil: new Date(served.validTo).toISOString(),
      daysLeft: left,
    },
    asPublished,
    problems: [
      ...unissued,
      ...(asPublished ? [] : [`${other}: run exploreiot up; services take it over within 5 s`]),
      ...(isLate(served) ? [`${left} days left`] : []),
    ],
  };
}
