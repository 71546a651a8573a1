import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { ImageRecipe } from "../../core/image-recipe.ts";
import { run } from "../run.ts";
import type { MakeOptions } from "./build.ts";
import { imageFailure } from "./failure.ts";
import { hashOf, shortName } from "./inspect.ts";
import { withTemporaryFolder } from "./stage.ts";

/** Makes a root file system with mmdebstrap and loads it; the engine sets the tag when the last byte has arrived. */
export async function loadRootfs(
  recipe: ImageRecipe,
  { projectRoot, report, signal }: MakeOptions,
): Promise<void> {
  await withTemporaryFolder(async (folder) => {
    // The users that mmdebstrap and apt change to must get in; nothing in here is private.
    await chmod(folder, 0o755);
    const options = { env: scriptEnvironment(recipe, folder), ownGroup: true, ...(signal ? { signal } : {}) };
    const script = (name: string) => join(projectRoot, recipe.context, name);
    const [rootfs, archive] = [join(folder, "rootfs.tar"), join(folder, "image.tar")];
    const steps: readonly (readonly [string, [string, ...string[]]])[] = [
      ["mmdebstrap", ["sh", script("rootfs.sh"), rootfs]],
      ["image archive", ["sh", script("archive.sh"), rootfs, archive]],
      ["docker load", ["docker", "load", "--quiet", "--input", archive]],
    ];
    for (const [index, [name, argv]] of steps.entries()) {
      report(`${shortName(recipe.tag)}: step ${index + 1}/${steps.length} ${name}`);
      try {
        await run(argv, options);
      } catch (error) {
        throw imageFailure(
          recipe.tag,
          name,
          error,
          "start again; if it stays, try another images.debianMirror",
        );
      }
    }
  });
}

function scriptEnvironment({ tag, rootfs }: ImageRecipe, folder: string): Record<string, string> {
  if (rootfs === undefined) throw new Error(`${tag}: recipe without rootfs`);
  return {
    SUITE: rootfs.suite,
    MIRROR: rootfs.mirror,
    SECURITY_MIRROR: rootfs.securityMirror,
    SOURCE_DATE_EPOCH: String(rootfs.epoch),
    TAG: tag,
    CONTEXT_HASH: hashOf(tag),
    TMPDIR: folder,
  };
}
