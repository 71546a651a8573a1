import { join } from "node:path";
import { deploymentHome } from "../../core/home.ts";
import { replaceFile } from "../../core/private-files.ts";
import { devicesFolder, setCurrentPair } from "../../pki/folder.ts";
import { putPair } from "../../pki/pair.ts";
import { makeAuthority, makeRevocationList, makeServerPair } from "../../pki/x509.ts";
import type { Deployment } from "../../services/deployment.ts";
import { servesDevices, servesTls } from "../../services/listeners.ts";
import { postgresAuthorityFolder, postgresFolder } from "../../services/postgres/pki.ts";

// Made once for every synthesis of a test file: a stack is built without waiting, and keys are not.
const authority = await makeAuthority("test CA");
const pair = await makeServerPair("test", ["localhost", "127.0.0.1", "iot.example.org"], authority);
const revocations = await makeRevocationList(authority, []);

/** Gives a deployment the keys and certificates that `preparePki` would make in main.ts. */
export function certify(deployment: Deployment): void {
  const home = deploymentHome(deployment.name);
  if (servesTls(deployment)) setCurrentPair(home, pair);
  if (deployment.postgres.tls) {
    putPair(postgresAuthorityFolder(home), "ca", authority);
    putPair(postgresFolder(home), "server", pair);
  }
  if (!servesDevices(deployment)) return;
  putPair(join(devicesFolder(home), "authority"), "ca", authority);
  replaceFile(join(devicesFolder(home), "crl.pem"), revocations);
}
