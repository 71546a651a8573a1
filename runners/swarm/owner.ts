import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { composeProject } from "../../core/labels.ts";
import { readIfThere } from "../../core/private-files.ts";
import { HASH_KEY } from "../../core/secrets.ts";
import { ownerOnSwarm } from "./deployed.ts";

/** The folder in the deployment's own directory that is rendered for a swarm, and started from. */
export const folderIn = (home: string): string => join(home, "swarm");

/** Where start.sh notes the mark of each key of hashes with which it started the stack. */
const STARTED_WITH = "started-with";

/** The key of hashes, which nobody else has. */
export const keyOf = (home: string): string => join(home, "secrets", HASH_KEY);

/** As `keyed` of start.sh. */
export function keyedHash(files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files) hash.update(readFileSync(file));
  return hash.digest("hex").slice(0, 12);
}

/**
 * Whether a stack has the secrets of this directory, or had them before its key of hashes was rotated.
 *
 * @param owner the label on its services. @default - from before they had one
 */
export function isOfHome(owner: string | undefined, home: string): boolean {
  const key = readIfThere(keyOf(home));
  if (owner === undefined || key === undefined) return false;
  const before = readIfThere(join(folderIn(home), STARTED_WITH))?.split("\n") ?? [];
  return [keyedHash([keyOf(home)]), ...before].includes(owner);
}

/**
 * Refuses a stack of that name on the swarm of this engine that another checkout or folder started, in the words of start.sh.
 *
 * @throws UserError that says how to go on
 */
export async function refuseForeignStack(name: string, home: string): Promise<void> {
  const owner = await ownerOnSwarm(name);
  if (owner === undefined || isOfHome(owner, home)) return;
  throw new UserError(
    `${name} on this swarm has other secrets than these: it was started from another checkout or folder`,
    "go on where it was started, or bring its secrets here",
    `or take it down first, and give devices their new passwords: docker stack rm ${composeProject(name)}`,
  );
}
