import type { ImageRecipe } from "../../core/image-recipe.ts";
import { buildImage, type MakeOptions } from "./build.ts";
import { interrupted } from "./failure.ts";
import { presentTags, shortName } from "./inspect.ts";
import { pullImage } from "./pull.ts";
import { loadRootfs } from "./rootfs.ts";

export interface EnsuredImage {
  readonly tag: string;
  /** `unneeded`: not there, only a parent, and everything built on it was present or pulled. */
  readonly action: "present" | "pulled" | "built" | "loaded" | "unneeded";
  readonly seconds: number;
}

/**
 * Makes sure the engine has every image that is not only a parent of others, and of the parents those that a build
 * needs. Asks the engine once and does nothing where all is present.
 *
 * @throws UserError naming the image, the step, its last lines and what to do
 */
export async function ensureImages(
  recipes: readonly ImageRecipe[],
  options: MakeOptions,
): Promise<readonly EnsuredImage[]> {
  const present = await presentTags(recipes, options.signal);
  const done = new Map<string, EnsuredImage>();
  const parents = new Set(recipes.flatMap((recipe) => recipe.parents));
  for (const { tag } of recipes) if (present.has(tag)) done.set(tag, { tag, action: "present", seconds: 0 });
  const ensure = async (recipe: ImageRecipe): Promise<void> => {
    if (done.has(recipe.tag)) return;
    let started = performance.now();
    const isPulled = await attempt(recipe, options, () => pullImage(recipe, options));
    if (!isPulled) {
      for (const parent of recipe.parents) await ensure(find(recipes, parent));
      started = performance.now();
      await attempt(recipe, options, () => make(recipe, options));
    }
    const action = isPulled ? "pulled" : recipe.rootfs ? "loaded" : "built";
    const seconds = (performance.now() - started) / 1000;
    options.report(`${shortName(recipe.tag)}: ${action} in ${seconds.toFixed(1)} s`);
    done.set(recipe.tag, { tag: recipe.tag, action, seconds });
  };
  const wanted = new Set(options.needed ?? recipes.map(({ tag }) => tag).filter((tag) => !parents.has(tag)));
  for (const recipe of recipes) if (wanted.has(recipe.tag)) await ensure(recipe);
  return recipes.map(({ tag }) => done.get(tag) ?? { tag, action: "unneeded", seconds: 0 });
}

function make(recipe: ImageRecipe, options: MakeOptions): Promise<void> {
  return recipe.rootfs ? loadRootfs(recipe, options) : buildImage(recipe, options);
}

async function attempt<T>({ tag }: ImageRecipe, { signal }: MakeOptions, work: () => Promise<T>): Promise<T> {
  if (signal?.aborted) throw interrupted(tag);
  try {
    return await work();
  } catch (error) {
    throw signal?.aborted ? interrupted(tag) : error;
  }
}

function find(recipes: readonly ImageRecipe[], tag: string): ImageRecipe {
  const recipe = recipes.find((candidate) => candidate.tag === tag);
  if (recipe === undefined) throw new Error(`${tag}: a parent without a recipe`);
  return recipe;
}
