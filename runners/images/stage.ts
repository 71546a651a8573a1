import { existsSync } from "node:fs";
import { chmod, copyFile, mkdir, readdir, readlink, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { contextFiles } from "../../core/image-context.ts";
import { withOwnFolder } from "../../core/own-folder.ts";

/** Runs `work` with a folder of its own, which is gone afterwards, also after a failure. */
export const withTemporaryFolder = <T>(work: (folder: string) => Promise<T>): Promise<T> =>
  withOwnFolder(tmpdir(), "image", work);

/**
 * Copies exactly what the tag's hash covers to `target`, and adds `ca/`. Modes are set, since the builder's cache
 * looks at them and they follow the checkout's umask. Those of folders, too: they become folders of the image, which its programs'
 * own user has to enter, and nobody else may write to.
 */
export async function stageContext(source: string, target: string, ca: string | undefined): Promise<void> {
  await mkdir(target, { recursive: true });
  for (const { path, kind } of contextFiles(source)) {
    const from = join(source, path);
    const to = join(target, path);
    await mkdir(dirname(to), { recursive: true });
    if (kind === "link") await symlink(await readlink(from), to);
    else {
      await copyFile(from, to);
      await chmod(to, kind === "executable" ? 0o755 : 0o644);
    }
  }
  const added = join(target, "ca");
  await mkdir(added);
  // COPY fails on a missing folder, and an empty one is not sent by every client.
  await writeFile(join(added, "placeholder"), "");
  if (ca !== undefined) await copyFile(ca, join(added, "extra.crt"));
  for (const name of await readdir(added)) await chmod(join(added, name), 0o644);
  await chmod(target, 0o755);
  for (const entry of await readdir(target, { recursive: true, withFileTypes: true }))
    if (entry.isDirectory()) await chmod(join(entry.parentPath, entry.name), 0o755);
}

/** The operator's certificate authorities for package downloads; used in build stages only, never in a tag. */
export function buildCa(env: NodeJS.ProcessEnv = process.env): string | undefined {
  return [env.EXPLOREIOT_BUILD_CA, env.NODE_EXTRA_CA_CERTS].find((file) => file && existsSync(file));
}
