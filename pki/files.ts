import { resolve } from "node:path";
import { projectRoot } from "../core/home.ts";
import { configError, type Problem } from "../core/problems.ts";
import { type Candidate, namesCover, problemsOfPair } from "./file-checks.ts";
import { currentPair, setCurrentPair } from "./folder.ts";
import type { Named } from "./named.ts";
import { pairId } from "./pair.ts";
import { readCertificates, readKey } from "./pem.ts";

/** Paths of the user's own PEM files, relative to the project's root. */
export interface PemFiles {
  readonly certificate: string;
  readonly key: string;
}

/**
 * Takes the user's own certificate over when nothing is wrong with it; what is delivered is a copy of what was checked.
 *
 * @throws UserError that lists every problem at once; nothing was touched then
 */
export async function prepareFiles(deployment: Named, files: PemFiles, home: string): Promise<void> {
  const certificates = readCertificates(
    "tls.certificate.certificate",
    resolve(projectRoot, files.certificate),
  );
  const key = readKey("tls.certificate.key", resolve(projectRoot, files.key));
  const unreadable: readonly Problem[] = [certificates, key].flatMap((read) =>
    "problem" in read ? [read.problem] : [],
  );
  if ("problem" in certificates || "problem" in key) throw configError(deployment.name, unreadable);
  const [leaf, ...rest] = certificates.found;
  if (leaf === undefined) throw new Error(`${files.certificate}: read, and nothing in it`);
  const pair = {
    certificate: certificates.found.map(String).join(""),
    key: String(key.found.export({ type: "pkcs8", format: "pem" })),
  };
  // A certificate that is served already was checked when it was taken over: its end must not keep anybody from `status` or `down`.
  const known = currentPair(home)?.id === pairId(pair);
  const candidate: Candidate = { chain: [leaf, ...rest], key: key.found, hosts: deployment.hosts };
  const problems = known ? namesCover(leaf, deployment.hosts) : await problemsOfPair(candidate);
  if (problems.length > 0) throw configError(deployment.name, problems);
  setCurrentPair(home, pair);
}
