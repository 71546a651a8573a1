import { statSync } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import type { Writable } from "node:stream";
import { UserError } from "../../core/errors.ts";
import { kitVersion } from "../../core/kit-version.ts";
import { signature } from "../../core/minisign.ts";
import { readIfThere, unwritable } from "../../core/private-files.ts";
import { shellCommand } from "../../core/shell-words.ts";
import { enginePlatform } from "../../runners/docker/engine-check.ts";
import { checksums, type Files, sumLines } from "../folder.ts";
import { BundleArchive } from "./archive.ts";
import { MANIFEST, type Manifest, RENDERED, SIGNATURE, SUMS } from "./manifest.ts";
import { addProviders } from "./providers.ts";
import { readBundle } from "./read.ts";
import { packImages } from "./saved-images.ts";

export interface CreateOptions {
  readonly deployment: string;
  readonly files: Files;

  /** References of the images, all of which the engine has. */
  readonly images: readonly string[];
  readonly output: string;

  /** File of the private key. @default - it is not signed */
  readonly key?: string;

  /** Folder with a mirror of Terraform's providers. @default - none goes along */
  readonly providers?: string;

  /** An older bundle, whose layers are left out. @default - all are in it */
  readonly since?: string;
  readonly signal: AbortSignal;
}

/**
 * Writes a bundle: whole, or not at all.
 *
 * @throws UserError if the key, the older bundle or the disk cannot be used
 */
export async function createBundle(options: CreateOptions): Promise<Manifest> {
  const { output, key, since } = options;
  // Both are told before the images are packed, which takes long.
  const sign = key === undefined ? undefined : signerWith(key);
  const older = since === undefined ? undefined : (await readBundle(since, "anyone")).manifest;
  const draft = `${output}.new`;
  let file: Writable | undefined;
  try {
    file = (await open(draft, "w")).createWriteStream({ flush: true });
    const archive = await BundleArchive.into(file);
    const manifest = await fill(archive, options, older);
    await seal(archive, manifest, sign);
    await rename(draft, output);
    return manifest;
  } catch (error) {
    throw unwritable(output, error);
  } finally {
    file?.destroy();
    await rm(draft, { force: true });
  }
}

/** Adds what covers all the rest. */
async function seal(archive: BundleArchive, manifest: Manifest, sign?: Sign): Promise<void> {
  const list = sumLines(archive.sums);
  await archive.add(SUMS, list);
  if (sign !== undefined)
    await archive.add(SIGNATURE, sign(list, `deployment ${manifest.deployment}, ${manifest.made}`));
  await archive.end();
}

type Sign = (text: string, comment: string) => string;

function signerWith(path: string): Sign {
  const pem = readIfThere(path);
  if (pem === undefined)
    throw new UserError(`${path}: no such file`, `make a key: exploreiot bundle key ${path}`);
  if ((statSync(path).mode & 0o077) !== 0)
    throw new UserError(
      `${path}: others than its owner may read it, and could sign in your name`,
      shellCommand("chmod", "0400", path),
    );
  // A key that cannot be used is told now.
  signature("", pem, "", path);
  return (text, comment) => signature(text, pem, comment, path);
}

async function fill(
  archive: BundleArchive,
  { deployment, images, providers, files, signal }: CreateOptions,
  older: Manifest | undefined,
): Promise<Manifest> {
  const made = new Date().toISOString();
  const packed = await packImages(archive, images, new Set(older?.layers), signal);
  const manifest: Manifest = {
    ...{ version: 1, deployment, kit: kitVersion(), made, platform: await enginePlatform() },
    ...{ images: packed.images, layers: packed.layers },
    ...(older === undefined ? {} : { since: { made: older.made, left: packed.left } }),
  };
  if (providers !== undefined) await addProviders(archive, providers);
  await addRendered(archive, { ...files, [MANIFEST]: `${JSON.stringify(manifest, undefined, 2)}\n` });
  return manifest;
}

async function addRendered(archive: BundleArchive, files: Files): Promise<void> {
  for (const [path, text] of Object.entries({ ...files, [SUMS]: checksums(files) }))
    await archive.add(`${RENDERED}${path}`, text);
}
