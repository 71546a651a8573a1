import type { ImageRecipe } from "../../core/image-recipe.ts";
import { run } from "../run.ts";
import type { MakeOptions } from "./build.ts";
import { imageFailure, shorten } from "./failure.ts";
import { shortName } from "./inspect.ts";

/**
 * Pulls the pinned image and gives it the recipe's tag; true if that worked.
 * A failure is an answer only where the image can be built instead.
 */
export async function pullImage(recipe: ImageRecipe, { report, signal }: MakeOptions): Promise<boolean> {
  if (recipe.pull === undefined) return false;
  const options = { ownGroup: true, ...(signal ? { signal } : {}) };
  report(`${shortName(recipe.tag)}: pulling ${recipe.pull}`);
  try {
    await run(["docker", "pull", "--quiet", recipe.pull], options);
    await run(["docker", "tag", recipe.pull, recipe.tag], options);
    return true;
  } catch (error) {
    const advice = 'check that the registry is reached, or set images.source to "auto" or "packages"';
    const failure = imageFailure(recipe.tag, `docker pull ${recipe.pull}`, error, advice);
    if (recipe.source === "registry" || signal?.aborted || !(failure instanceof Error)) throw failure;
    report(
      `${shortName(recipe.tag)}: not pulled, building instead: ${shorten(failure.message.split("\n").at(-1) ?? "", 300)}`,
    );
    return false;
  }
}
