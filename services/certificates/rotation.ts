import { rmSync } from "node:fs";
import { join } from "node:path";
import { readIfThere, replaceFile } from "../../core/private-files.ts";
import type { Rotation } from "../../core/rotation.ts";
import { authorityFolder, currentPair, setCurrentPair } from "../../pki/folder.ts";
import { authorityName, ensureAuthority, makeServerCertificate } from "../../pki/internal.ts";
import { nextTo, stageAuthority, switchTo } from "../../pki/next-authority.ts";
import { readPair } from "../../pki/pair.ts";
import type { Deployment } from "../deployment.ts";
import { isMade, servesDevices, servesTls } from "../listeners.ts";

/** The keys and certificates that a deployment makes itself, and so can exchange. */
export async function keyRotations(deployment: Deployment, home: string): Promise<readonly Rotation[]> {
  const isInternal = servesTls(deployment) && deployment.tls.certificate.source === "internal";
  const found: Rotation[] = isInternal
    ? [serverCertificate(deployment, home), serverAuthority(deployment, home)]
    : [];
  if (isMade(deployment, "postgres") && deployment.postgres.tls) {
    const { postgresAuthority } = await import("../postgres/rotation.ts");
    found.push(postgresAuthority(home));
  }
  if (servesDevices(deployment)) {
    const { deviceAuthorityRotation } = await import("../mosquitto/device-rotation.ts");
    found.push(deviceAuthorityRotation(deployment, home));
  }
  return found;
}

/** Signed by the CA that clients trust already: none of them has to be told. */
function serverCertificate(deployment: Deployment, home: string): Rotation {
  const former = join(home, "next", "server-certificate");
  return {
    name: "server-certificate",
    what: "certificate and key of the TLS listeners",
    inTwoSteps: false,
    stage: async () => replaceFile(former, currentPair(home)?.id ?? ""),
    async apply() {
      if (readIfThere(former) === (currentPair(home)?.id ?? "")) {
        const named = { name: deployment.name, hosts: deployment.names };
        setCurrentPair(home, await makeServerCertificate(named, home));
      }
      rmSync(former, { force: true });
    },
  };
}

/**
 * At first the file that clients are given has both CAs, while servers go on with a certificate by the former one. Once
 * every client has that file, the former CA goes, and the next run makes a certificate by the new one.
 */
function serverAuthority(deployment: Deployment, home: string): Rotation {
  const folder = authorityFolder(home);
  return {
    name: "server-ca",
    what: "CA of the TLS listeners; clients need both, then the new one",
    inTwoSteps: true,
    async stage(step) {
      if (step === "begin") await stageAuthority(folder, authorityName(deployment));
    },
    async apply(step) {
      const next = readPair(nextTo(folder), "ca", "the rotation begins again");
      if (next === undefined) return;
      if (step === "finish") return switchTo(folder, undefined);
      const former = await ensureAuthority(folder, authorityName(deployment));
      if (!former.certificate.includes(next.certificate))
        replaceFile(join(folder, "ca.crt"), former.certificate + next.certificate);
    },
  };
}
