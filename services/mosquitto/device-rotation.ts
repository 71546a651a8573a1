import { X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { readFileSync } from "../../core/inputs.ts";
import type { Rotation } from "../../core/rotation.ts";
import { devicesFolder, formerDeviceAuthorityFolder } from "../../pki/folder.ts";
import { readAuthority } from "../../pki/internal.ts";
import { stageAuthority, switchTo } from "../../pki/next-authority.ts";
import type { Deployment } from "../deployment.ts";
import {
  deviceAuthorityFolder,
  deviceAuthorityName,
  forgetRevocationList,
  handedOutFolder,
  handOut,
  issueDevice,
  listDevices,
} from "./devices.ts";

/**
 * The new CA issues from the beginning on, and the broker accepts both until the end. Each device that has a certificate
 * of the former one is issued another, into the folder where `devices issue` puts them.
 */
export function deviceAuthorityRotation(deployment: Deployment, home: string): Rotation {
  const folder = deviceAuthorityFolder(home);
  const former = formerDeviceAuthorityFolder(home);
  return {
    name: "device-ca",
    what: "CA of devices, whose certificates are issued again",
    inTwoSteps: true,
    // It reads the CAs that it trusts at its start alone.
    restarts: ["mosquitto"],
    async stage(step) {
      if (step === "begin") await stageAuthority(folder, deviceAuthorityName(deployment));
    },
    async apply(step) {
      if (step === "begin") {
        switchTo(folder, former);
        await issueAgain(deployment, home);
      } else {
        rmSync(former, { recursive: true, force: true });
        forgetCertificates(home);
      }
      forgetRevocationList(home);
    },
  };
}

async function issueAgain(deployment: Deployment, home: string): Promise<void> {
  const known = listDevices(home).filter(({ revokedAt }) => revokedAt === undefined);
  const due = known.filter(({ device }) => known.every((other) => other.device !== device || other.due));
  for (const device of new Set(due.map(({ device }) => device)))
    await issueDevice(deployment, home, device, (pair) => {
      handOut(deployment, home, { device, pair, folder: handedOutFolder(home, device) });
    });
}

/** Those of a CA that nobody trusts any more. */
function forgetCertificates(home: string): void {
  const authority = readAuthority(deviceAuthorityFolder(home));
  if (authority === undefined) return;
  const { publicKey } = new X509Certificate(authority.certificate);
  const issued = join(devicesFolder(home), "issued");
  for (const { serial } of listDevices(home)) {
    const file = join(issued, `${serial}.crt`);
    if (!new X509Certificate(readFileSync(file)).verify(publicKey)) rmSync(file);
  }
}
