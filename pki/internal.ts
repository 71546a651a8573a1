import { X509Certificate } from "node:crypto";
import { renameSync } from "node:fs";
import { existsSync } from "../core/inputs.ts";
import { covers, isDue, namesIn } from "./certificate.ts";
import { authorityFolder, currentPair, setCurrentPair } from "./folder.ts";
import type { Named } from "./named.ts";
import { nextTo } from "./next-authority.ts";
import { type Pair, putPair, readPair } from "./pair.ts";

/**
 * Makes the deployment's CA, once, and a server certificate by it: a new one when the names changed or less than a
 * third of the old one's life is left.
 */
export async function prepareInternal(deployment: Named, home: string): Promise<void> {
  const authority = await ensureAuthority(authorityFolder(home), authorityName(deployment));
  if (isStillGood(home, deployment.hosts, authority)) return;
  setCurrentPair(home, await makeServerCertificate(deployment, home));
}

/** A server certificate by the deployment's CA, which serves nobody yet. */
export async function makeServerCertificate(deployment: Named, home: string): Promise<Pair> {
  const authority = await ensureAuthority(authorityFolder(home), authorityName(deployment));
  const { makeServerPair } = await import("./x509.ts");
  return makeServerPair(serverName(deployment), deployment.hosts, authority);
}

/** The certificate of the edge until the first one is issued: self-signed, so that nobody can mistake it. */
export async function preparePlaceholder(deployment: Named, home: string): Promise<void> {
  if (isStillGood(home, deployment.hosts, undefined)) return;
  const { makeServerPair } = await import("./x509.ts");
  setCurrentPair(home, await makeServerPair(`${serverName(deployment)} placeholder`, deployment.hosts));
}

const NEW_AUTHORITY = "the next run makes a new CA, and anyone who trusts this one has to be given that";

/** The CA in a folder, or undefined if none was made yet. */
export const readAuthority = (folder: string): Pair | undefined => readPair(folder, "ca", NEW_AUTHORITY);

/**
 * The CA in a folder; made if there is none yet. A rotation that was killed between two renames leaves the CA that was to
 * be put there.
 */
export async function ensureAuthority(folder: string, name: string): Promise<Pair> {
  if (!existsSync(folder) && existsSync(nextTo(folder))) renameSync(nextTo(folder), folder);
  const found = readAuthority(folder);
  if (found !== undefined) return found;
  const { makeAuthority } = await import("./x509.ts");
  putPair(folder, "ca", await makeAuthority(name));
  return readAuthority(folder) as Pair;
}

/** Who signs the server's certificate, as clients see it. */
export const authorityName = ({ name }: Named) => `ExploreIOT ${name} CA`;

/** A certificate's subject has room for 64 characters, and clients read the alternative names only. */
const serverName = ({ name }: Named) => `ExploreIOT ${name}`;

function isStillGood(home: string, hosts: readonly string[], authority: Pair | undefined): boolean {
  const current = currentPair(home);
  if (current === undefined) return false;
  const certificate = new X509Certificate(current.pair.certificate);
  const issuer = authority === undefined ? certificate : new X509Certificate(authority.certificate);
  const named =
    hosts.length === namesIn(certificate).length && hosts.every((host) => covers(certificate, host));
  return named && !isDue(certificate) && certificate.verify(issuer.publicKey);
}
