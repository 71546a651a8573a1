import { join } from "node:path";
import { existsSync } from "../core/inputs.ts";
import { readIfThere } from "../core/private-files.ts";
import { bothDeviceAuthorities, currentPair, devicesFolder } from "./folder.ts";

/** A file for the volume of certificates. */
export interface PublishedFile {
  /** Its place in the volume; the pair's files are named without their folder. */
  readonly name: string;

  /** Where it is on this machine. */
  readonly path: string;
  readonly content: string;
}

/**
 * Files to deliver into a deployment's volume of certificates, and the name of the pair's folder there.
 * Never the key of a CA.
 *
 * @throws Error if `preparePki` was not called before
 */
export function deliveredFiles(
  home: string,
  devices: boolean,
): { readonly pair: string; readonly files: readonly PublishedFile[] } {
  const current = currentPair(home);
  if (current === undefined) throw new Error(`${home}: there is no certificate, preparePki was not called`);
  const { id, pair, certificateFile, keyFile } = current;
  return {
    pair: id,
    files: [
      { name: "edge.crt", path: certificateFile, content: pair.certificate },
      { name: "edge.key", path: keyFile, content: pair.key },
      ...(devices
        ? [
            existing("devices/ca.crt", trustedFile(home)),
            existing("devices/crl.pem", join(devicesFolder(home), "crl.pem")),
          ]
        : []),
    ],
  };
}

/** The file of authorities that the certificates of devices are checked by. */
const trustedFile = (home: string): string =>
  existsSync(bothDeviceAuthorities(home))
    ? bothDeviceAuthorities(home)
    : join(devicesFolder(home), "authority", "ca.crt");

function existing(name: string, path: string): PublishedFile {
  const content = readIfThere(path);
  if (content === undefined) throw new Error(`${path}: not there, preparePki was not called`);
  return { name, path, content };
}
