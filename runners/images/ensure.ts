import type { ImageRecipe } from "../../core/image-recipe.ts";
import { buildImage, type MakeOptions } from "./build.ts";
import { interrupted } from "./failure.ts";
import { presentTags, shortName } from "./inspect.ts";
import { Pulls } from "./pulls.ts";
import { loadRootfs } from "./rootfs.ts";

export interface EnsuredImage {
  readonly tag: string;
  /** `unneeded`: not there, only a parent, and everything built on it was present or pulled. */
  readonly action: "present" | "pulled" | "built" | "loaded" | "unneeded";
  readonly seconds: number;

  /** Why it was built rather than pulled. @default - it was not built */
  readonly why?: string;
}

/** Builds at a time: one waits for downloads while another computes. */
const AT_ONCE = 2;

/**
 * Makes sure the engine has every image that is not only a parent of others, and of the parents those that a build
 * needs. Asks the engine once and does nothing where all is present. Where one fails the others are ended.
 *
 * @throws UserError naming the image, the step, its last lines and what to do
 */
export async function ensureImages(
  recipes: readonly ImageRecipe[],
  options: MakeOptions,
): Promise<readonly EnsuredImage[]> {
  const present = await presentTags(recipes);
  const parents = new Set(recipes.flatMap((recipe) => recipe.parents));
  const wanted = new Set(options.needed ?? recipes.map(({ tag }) => tag).filter((tag) => !parents.has(tag)));
  const missing = recipes.filter(({ tag }) => wanted.has(tag) && !present.has(tag));
  const made =
    missing.length === 0
      ? new Map<string, EnsuredImage>()
      : await makeAll(missing, recipes, present, options);
  return recipes.map(
    ({ tag }) => made.get(tag) ?? { tag, action: present.has(tag) ? "present" : "unneeded", seconds: 0 },
  );
}

async function makeAll(
  missing: readonly ImageRecipe[],
  recipes: readonly ImageRecipe[],
  present: ReadonlySet<string>,
  options: MakeOptions,
): Promise<ReadonlyMap<string, EnsuredImage>> {
  const { default: pLimit } = await import("p-limit");
  const failed = new AbortController();
  const signal = AbortSignal.any([failed.signal, ...(options.signal ? [options.signal] : [])]);
  const making = new Making(recipes, present, { ...options, signal }, pLimit(AT_ONCE));
  let failure: unknown;
  const work = missing.map((recipe) =>
    making.make(recipe).catch((error: unknown) => {
      // Those that this ends say that they were interrupted, which is not what happened.
      failure ??= error;
      failed.abort();
    }),
  );
  await Promise.all(work);
  if (failure !== undefined) throw failure;
  return making.made;
}

/** Each image once, after those it is built on. */
class Making {
  readonly made = new Map<string, EnsuredImage>();
  readonly #recipes: readonly ImageRecipe[];
  readonly #present: ReadonlySet<string>;
  readonly #options: MakeOptions;
  readonly #limit: <T>(work: () => Promise<T>) => Promise<T>;
  readonly #pulls: Pulls;
  readonly #begun = new Map<string, Promise<void>>();

  constructor(
    recipes: readonly ImageRecipe[],
    present: ReadonlySet<string>,
    options: MakeOptions,
    limit: <T>(work: () => Promise<T>) => Promise<T>,
  ) {
    this.#recipes = recipes;
    this.#present = present;
    this.#options = options;
    this.#limit = limit;
    this.#pulls = new Pulls(options);
  }

  make(recipe: ImageRecipe): Promise<void> {
    const begun = this.#begun.get(recipe.tag) ?? this.#pullOrBuild(recipe);
    this.#begun.set(recipe.tag, begun);
    return begun;
  }

  async #pullOrBuild(recipe: ImageRecipe): Promise<void> {
    const { tag } = recipe;
    const { report } = this.#options;
    let started = performance.now();
    const why = await this.#attempt(recipe, () => this.#pulls.pull(recipe));
    if (why !== undefined) {
      await Promise.all(
        recipe.parents
          .filter((parent) => !this.#present.has(parent))
          .map((parent) => this.make(this.#find(parent))),
      );
      await this.#limit(async () => {
        started = performance.now();
        report(`${shortName(tag)}: building: ${why}`);
        await this.#attempt(recipe, () => (recipe.rootfs ? loadRootfs : buildImage)(recipe, this.#options));
      });
    }
    const action = why === undefined ? "pulled" : recipe.rootfs ? "loaded" : "built";
    const seconds = (performance.now() - started) / 1000;
    report(`${shortName(tag)}: ${action} in ${seconds.toFixed(1)} s`);
    this.made.set(tag, { tag, action, seconds, ...(why === undefined ? {} : { why }) });
  }

  async #attempt<T>({ tag }: ImageRecipe, work: () => Promise<T>): Promise<T> {
    const { signal } = this.#options;
    if (signal?.aborted) throw interrupted(tag);
    try {
      return await work();
    } catch (error) {
      throw signal?.aborted ? interrupted(tag) : error;
    }
  }

  #find(tag: string): ImageRecipe {
    const recipe = this.#recipes.find((candidate) => candidate.tag === tag);
    if (recipe === undefined) throw new Error(`${tag}: a parent without a recipe`);
    return recipe;
  }
}
