import type { ImageRecipe } from "../../core/image-recipe.ts";
import type { MakeOptions } from "./build.ts";
import { shorten } from "./failure.ts";
import { NotPulled, pullImage } from "./pull.ts";

/**
 * Pulls what can be pulled, one image at a time: the engine loads the layers of one next to each other. Where the registry
 * was not reached once, it is not asked for the next.
 */
export class Pulls {
  readonly #options: MakeOptions;
  #unreached: string | undefined;
  #before: Promise<unknown> = Promise.resolve();

  constructor(options: MakeOptions) {
    this.#options = options;
  }

  /**
   * @returns why the image has to be built; undefined if it was pulled
   * @throws NotPulled where it may not be built
   */
  pull(recipe: ImageRecipe): Promise<string | undefined> {
    const after = this.#before.then(() => this.#pull(recipe));
    this.#before = after.catch(() => undefined);
    return after;
  }

  async #pull(recipe: ImageRecipe): Promise<string | undefined> {
    if (recipe.pull === undefined) return whyUnpulled(recipe);
    if (this.#unreached !== undefined && recipe.source !== "registry") return this.#unreached;
    try {
      await pullImage(recipe, this.#options);
      return undefined;
    } catch (error) {
      if (!(error instanceof NotPulled) || recipe.source === "registry" || this.#options.signal?.aborted)
        throw error;
      const reason = `not pulled: ${shorten(error.message.split("\n").at(-1) ?? "", 300)}`;
      if (error.isUnreached) this.#unreached = reason;
      return reason;
    }
  }
}

function whyUnpulled({ source, unpinned }: ImageRecipe): string {
  if (source === "packages") return 'images.source is "packages"';
  if (unpinned !== undefined) return `images/upstream.Dockerfile has no digest for ${unpinned}`;
  return "no official image stands in for it";
}
