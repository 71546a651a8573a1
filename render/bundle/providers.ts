import { createHash } from "node:crypto";
import {
  createReadStream,
  createWriteStream,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { dirname, join, relative } from "node:path";
import { pipeline } from "node:stream/promises";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";
import { unwritable } from "../../core/private-files.ts";
import type { BundleArchive } from "./archive.ts";
import { type Entry, entriesOf } from "./entries.ts";
import { PROVIDERS } from "./manifest.ts";
import type { Bundle } from "./read.ts";

/** Below the rendered folder: `terraform -chdir=terraform init -plugin-dir=providers` looks there. */
const PLACE = "terraform/providers";

/** What `terraform providers mirror` writes: packed providers, and lists of them. */
const MIRRORED = /\.(zip|json)$/;

/**
 * Adds a mirror of Terraform's providers.
 *
 * @param folder that `terraform providers mirror` wrote
 * @throws UserError if there is no packed provider in it
 */
export async function addProviders(archive: BundleArchive, folder: string): Promise<void> {
  const paths = filesIn(folder);
  if (!paths.some((path) => path.endsWith(".zip")))
    throw new UserError(
      `${folder}: holds no packed provider (.zip)`,
      `write one where there is network: terraform providers mirror ${folder}`,
    );
  for (const path of paths)
    await archive.addStream(
      `${PROVIDERS}${relative(folder, path)}`,
      statSync(path).size,
      createReadStream(path) as AsyncIterable<Buffer>,
    );
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && MIRRORED.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name))
      .sort();
  } catch (error) {
    throw new UserError(`${folder}: cannot be read (${fileProblem(error)})`, "name the folder of a mirror");
  }
}

/** Writes the mirror of a bundle, where it has one, into the rendered folder: each file whole, or not at all. */
export async function placeProviders(bundle: Bundle, folder: string): Promise<void> {
  if (![...bundle.sums.keys()].some((path) => path.startsWith(PROVIDERS))) return;
  for await (const entry of entriesOf(bundle.path))
    if (entry.path.startsWith(PROVIDERS)) await place(bundle, entry, folder);
}

async function place({ path, sums }: Bundle, entry: Entry, folder: string): Promise<void> {
  const target = join(folder, PLACE, entry.path.slice(PROVIDERS.length));
  const draft = `${target}.new`;
  const hash = createHash("sha256");
  try {
    mkdirSync(dirname(target), { recursive: true });
    await pipeline(
      entry.content,
      async function* (chunks) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(draft, { flush: true }),
    );
    if (hash.digest("hex") !== sums.get(entry.path))
      throw new UserError(`${path}: was changed while it was applied`, "run it again");
    renameSync(draft, target);
  } catch (error) {
    throw unwritable(target, error);
  } finally {
    rmSync(draft, { force: true });
  }
}
