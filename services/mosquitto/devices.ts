import { X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { readdirSync } from "../../core/inputs.ts";
import { damaged } from "../../core/own-files.ts";
import { readIfThere, replaceFile } from "../../core/private-files.ts";
import { commonName, daysLeft, isDue } from "../../pki/certificate.ts";
import {
  authorityFolder,
  bothDeviceAuthorities,
  devicesFolder,
  formerDeviceAuthorityFolder,
} from "../../pki/folder.ts";
import { ensureAuthority, readAuthority } from "../../pki/internal.ts";
import type { Pair } from "../../pki/pair.ts";
import type { Deployment } from "../deployment.ts";
import { nameProblem } from "./device-names.ts";

/** A certificate that was issued to a device. */
export interface DeviceCertificate {
  readonly device: string;

  /** Hexadecimal, as `openssl x509 -serial` prints it. */
  readonly serial: string;
  readonly validUntil: Date;
  readonly daysLeft: number;

  /** When it was revoked. @default - it was not */
  readonly revokedAt?: Date;

  /** Less than a third of its life is left, or it is by the CA before, so that another may be issued next to it. */
  readonly due: boolean;
}

/**
 * Makes the CA for devices and its revocation list, once.
 *
 * @throws UserError if a name that a device has now belongs to a declared user
 */
export async function prepareDevices(deployment: Deployment, home: string): Promise<void> {
  const authority = await deviceAuthority(deployment, home);
  for (const { device, revokedAt } of listDevices(home)) {
    const problem = revokedAt === undefined ? nameProblem(device, deployment) : undefined;
    if (problem !== undefined)
      throw new UserError(
        `device ${JSON.stringify(device)} has a certificate, but ${problem}`,
        `rename the user, or take the name back: exploreiot devices revoke ${device}`,
      );
  }
  // It follows from what was revoked, so one that is cut short is made again like one that is missing.
  if (!readIfThere(revocationListFile(home))?.endsWith("-----END X509 CRL-----\n"))
    await publishRevocations(home, authority);
  const former = readAuthority(formerDeviceAuthorityFolder(home));
  const both = bothDeviceAuthorities(home);
  if (former === undefined) rmSync(both, { force: true });
  else if (readIfThere(both) !== authority.certificate + former.certificate)
    replaceFile(both, authority.certificate + former.certificate);
}

/** Where a device's files are put unless somebody says otherwise. */
export const handedOutFolder = (home: string, device: string) =>
  join(devicesFolder(home), "handed-out", device);

/**
 * Writes what a device needs, for this user alone: its certificate and key, and the CA of the server where it is the kit's.
 *
 * @returns the paths of the files
 */
export function handOut(
  { tls }: Pick<Deployment, "tls">,
  home: string,
  { device, pair, folder }: { readonly device: string; readonly pair: Pair; readonly folder: string },
): readonly string[] {
  const server = tls.certificate.source === "internal" ? readAuthority(authorityFolder(home)) : undefined;
  const files = {
    [`${device}.crt`]: pair.certificate,
    [`${device}.key`]: pair.key,
    ...(server === undefined ? {} : { "server-ca.crt": server.certificate }),
  };
  return Object.entries(files).map(([name, content]) => {
    replaceFile(join(folder, name), content);
    return join(folder, name);
  });
}

/**
 * Issues a certificate whose common name, and so its MQTT user name, is the device. Its key is kept nowhere here.
 *
 * @param handOver is given the pair before it counts as issued: after an interruption it is issued another time
 * @throws UserError for a name that carries other rights, and for a device that has a certificate with time left
 */
export async function issueDevice(
  deployment: Deployment,
  home: string,
  device: string,
  handOver: (pair: Pair) => void = () => undefined,
): Promise<Pair> {
  const problem = nameProblem(device, deployment);
  if (problem !== undefined)
    throw new UserError(`device ${JSON.stringify(device)}: ${problem}`, "choose another name");
  const valid = listDevices(home).find((known) => known.device === device && isInUse(known));
  if (valid !== undefined)
    throw new UserError(
      `device ${device} has a certificate already: serial ${valid.serial}, ${valid.daysLeft} days left`,
      `if its key is lost or the device is replaced: exploreiot devices revoke ${device}, then issue again`,
      "a second one is issued without that when less than a third of its life is left",
    );
  const { makeDevicePair } = await import("../../pki/x509.ts");
  const pair = await makeDevicePair(device, await deviceAuthority(deployment, home));
  handOver(pair);
  const { serialNumber } = new X509Certificate(pair.certificate);
  replaceFile(join(devicesFolder(home), "issued", `${serialNumber}.crt`), pair.certificate);
  return pair;
}

/** Every certificate that was issued, by device and then by its end. */
export function listDevices(home: string): readonly DeviceCertificate[] {
  const folder = devicesFolder(home);
  const authority = readAuthority(deviceAuthorityFolder(home));
  return filesIn(join(folder, "issued"))
    .map((file) => {
      const certificate = issuedCertificate(join(folder, "issued", file));
      const serial = certificate.serialNumber;
      const revoked = readIfThere(join(folder, "revoked", serial));
      return {
        device: commonName(certificate.subject),
        serial,
        validUntil: new Date(certificate.validTo),
        daysLeft: daysLeft(certificate),
        due: isDue(certificate) || !isOf(authority, certificate),
        ...(revoked === undefined ? {} : { revokedAt: revokedAt(join(folder, "revoked", serial)) }),
      };
    })
    .sort((a, b) => a.device.localeCompare(b.device) || a.validUntil.getTime() - b.validUntil.getTime());
}

/**
 * Revokes every certificate of a device and writes the new revocation list; the broker reads it after the next `up`.
 *
 * @returns the serials that were revoked
 * @throws UserError if the device has no certificate that could be revoked
 */
export async function revokeDevice(
  deployment: Deployment,
  home: string,
  device: string,
): Promise<readonly string[]> {
  const known = listDevices(home);
  const serials = known
    .filter((certificate) => certificate.device === device && certificate.revokedAt === undefined)
    .map(({ serial }) => serial);
  if (serials.length === 0) {
    const names = [...new Set(known.filter((one) => !one.revokedAt).map((one) => one.device))];
    throw new UserError(
      `device ${JSON.stringify(device)} has no certificate that could be revoked; those that have: ${names.join(", ") || "none"}`,
    );
  }
  const now = new Date().toISOString();
  for (const serial of serials) replaceFile(join(devicesFolder(home), "revoked", serial), `${now}\n`);
  await publishRevocations(home, await deviceAuthority(deployment, home));
  return serials;
}

const isInUse = ({ revokedAt, due }: DeviceCertificate) => revokedAt === undefined && !due;

/** Whether a certificate is by that CA; a device's that it has no other reading of is by the one of today. */
const isOf = (authority: Pair | undefined, certificate: X509Certificate): boolean =>
  authority === undefined || certificate.verify(new X509Certificate(authority.certificate).publicKey);

const revocationListFile = (home: string) => join(devicesFolder(home), "crl.pem");

/** Follows from what was revoked: the next run makes it again. */
export const forgetRevocationList = (home: string): void => rmSync(revocationListFile(home), { force: true });

export const deviceAuthorityFolder = (home: string) => join(devicesFolder(home), "authority");

export const deviceAuthorityName = ({ name }: Pick<Deployment, "name">) => `ExploreIOT ${name} device CA`;

function deviceAuthority(deployment: Deployment, home: string): Promise<Pair> {
  const folder = deviceAuthorityFolder(home);
  // A list by the CA before is none of the new one's.
  if (readAuthority(folder) === undefined) forgetRevocationList(home);
  return ensureAuthority(folder, deviceAuthorityName(deployment));
}

async function publishRevocations(home: string, authority: Pair): Promise<void> {
  const folder = join(devicesFolder(home), "revoked");
  const revoked = filesIn(folder).map((serial) => ({
    serial,
    at: revokedAt(join(folder, serial)),
  }));
  const { makeRevocationList } = await import("../../pki/x509.ts");
  const former = readAuthority(formerDeviceAuthorityFolder(home));
  const lists = [authority, ...(former === undefined ? [] : [former])].map((issuer) =>
    makeRevocationList(issuer, revoked),
  );
  replaceFile(revocationListFile(home), (await Promise.all(lists)).join(""));
}

function issuedCertificate(file: string): X509Certificate {
  try {
    return new X509Certificate(readIfThere(file) ?? "");
  } catch {
    const serial = basename(file, ".crt");
    throw damaged(
      file,
      "not a whole certificate",
      "bring it back from a copy",
      `or revoke it by its serial: date -u +%FT%TZ > ${join(dirname(dirname(file)), "revoked", serial)}; rm ${file}`,
    );
  }
}

/** The name of the file is the serial and says that it is revoked; its text says when. */
function revokedAt(file: string): Date {
  const at = new Date((readIfThere(file) ?? "").trim());
  if (!Number.isNaN(at.getTime())) return at;
  throw damaged(file, "not a time", `write it again: date -u +%FT%TZ > ${file}`);
}

/** Finished files in a folder that may not be there. */
function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => !name.endsWith(".tmp"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
