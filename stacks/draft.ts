import { existsSync, mkdirSync, readdirSync, readlinkSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { UserError } from "../core/errors.ts";
import { deploymentHome, keptAside, stackFolder } from "../core/home.ts";
import { madeAt, noteMade } from "../core/inputs.ts";
import { withOwnFolder } from "../core/own-folder.ts";
import { replaceFile } from "../core/private-files.ts";
import { ROTATION_FILE } from "../core/rotation-state.ts";

/** The files that a synthesis reads and makes in a deployment's own directory. */
const SYNTHESIZED = ["secrets", "hashes", "files", "pki", "declared-data.json", ROTATION_FILE];

/**
 * Synthesizes without making anything but the JSON: secrets, keys and certificates that are not there yet are made in a draft
 * of the deployment's directory, which is gone afterwards. The JSON names the places where `up` makes them.
 *
 * @param work makes the JSON of this deployment
 */
export async function synthesizeInDraft(name: string, work: () => Promise<void>): Promise<void> {
  const home = deploymentHome(name);
  const isThere = existsSync(home);
  await withOwnFolder(isThere ? home : tmpdir(), "draft", async (draft) => {
    if (isThere) for (const entry of SYNTHESIZED) linked(join(home, entry), join(draft, entry));
    const folder = stackFolder(name);
    const inHome = (text: string) =>
      text.replaceAll(relative(folder, draft), relative(folder, home)).replaceAll(draft, home);
    try {
      await keptAside(draft, home, work);
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      throw new UserError(inHome(error.message), ...error.remedy.map(inHome));
    } finally {
      const json = join(folder, "cdk.tf.json");
      const text = madeAt(json);
      if (text?.includes(relative(folder, draft))) {
        noteMade(json, inHome(text));
        replaceFile(json, inHome(text), 0o644);
      }
    }
  });
}

/**
 * The same tree, in which each file is a link: it is read through, and no secret stands in two places. All that a synthesis
 * writes is a new file that takes the old one's name, so what a link leads to is never written to.
 */
function linked(from: string, to: string): void {
  if (!existsSync(from)) return;
  const entries = entriesOf(from);
  if (entries === undefined) {
    symlinkSync(from, to);
    return;
  }
  mkdirSync(to, { mode: 0o700 });
  for (const entry of entries) {
    const place = join(from, entry.name);
    // Such as `current`, which leads to a folder next to it.
    if (entry.isSymbolicLink()) symlinkSync(readlinkSync(place), join(to, entry.name));
    else linked(place, join(to, entry.name));
  }
}

/** Undefined for a file. */
function entriesOf(path: string) {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOTDIR") return undefined;
    throw error;
  }
}
