import { X509Certificate } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { isDue } from "../../pki/certificate.ts";
import { pkiFolder } from "../../pki/folder.ts";
import { ensureAuthority } from "../../pki/internal.ts";
import { putPair, readPair } from "../../pki/pair.ts";
import type { Deployment } from "../deployment.ts";

/** Folder of the CA that only PostgreSQL's certificate is from: clients trust no other. */
export const postgresAuthorityFolder = (home: string) => join(pkiFolder(home), "postgres-authority");

/** Folder of `server.crt` and `server.key`. */
export const postgresFolder = (home: string) => join(pkiFolder(home), "postgres");

/** Makes PostgreSQL's CA, once, and its certificate for the name that clients connect to; again before it runs out. */
export async function preparePostgres({ name }: Deployment, home: string): Promise<void> {
  const authority = await ensureAuthority(postgresAuthorityFolder(home), `ExploreIOT ${name} postgres CA`);
  const folder = postgresFolder(home);
  const current = readPair(folder, "server", "the next run makes a new pair");
  if (current !== undefined) {
    const certificate = new X509Certificate(current.certificate);
    if (!isDue(certificate) && certificate.verify(new X509Certificate(authority.certificate).publicKey))
      return;
    rmSync(folder, { recursive: true, force: true });
  }
  const { makeServerPair } = await import("../../pki/x509.ts");
  putPair(folder, "server", await makeServerPair(`ExploreIOT ${name} postgres`, ["postgres"], authority));
}
