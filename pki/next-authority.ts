import { randomBytes } from "node:crypto";
import { renameSync, rmSync } from "node:fs";
import { existsSync } from "../core/inputs.ts";
import { putPair } from "./pair.ts";

/** Folder of the CA that a rotation has made to take the place of another. */
export const nextTo = (folder: string): string => `${folder}-next`;

/** A CA next to the one that counts. Its name differs, since clients look an issuer up by its name. */
export async function stageAuthority(folder: string, name: string): Promise<void> {
  const { makeAuthority } = await import("./x509.ts");
  if (!existsSync(nextTo(folder)))
    putPair(nextTo(folder), "ca", await makeAuthority(`${name} ${randomBytes(3).toString("hex")}`));
}

/**
 * Makes the CA that was staged the one that counts.
 *
 * @param kept where the former one stays. @default - it is removed
 */
export function switchTo(folder: string, kept: string | undefined): void {
  if (!existsSync(nextTo(folder))) return;
  const former = kept ?? `${folder}-former.tmp`;
  // Not there if a run was killed below; a run that needs the CA meanwhile takes the staged one over (`ensureAuthority`).
  if (existsSync(folder)) {
    rmSync(former, { recursive: true, force: true });
    renameSync(folder, former);
  }
  renameSync(nextTo(folder), folder);
  if (kept === undefined) rmSync(former, { recursive: true, force: true });
}
