import type { ImageRecipe } from "../../core/image-recipe.ts";
import { imageOf } from "../docker/observe.ts";

/** The label on every image that was made or pulled; its value is the hash in the tag. */
export const contextLabel = "exploreiot.context";

/** The 16 hex digits of a tag: what the image must have been made from. */
export function hashOf(tag: string): string {
  return tag.slice(tag.lastIndexOf(":") + 1);
}

/** `exploreiot/redis:0123…` as people call it: redis. */
export function shortName(tag: string): string {
  return tag.slice(tag.indexOf("/") + 1, tag.lastIndexOf(":"));
}

/** Tags of the images the engine has, and which are what their recipe says. */
export async function presentTags(recipes: readonly ImageRecipe[]): Promise<Set<string>> {
  const found = await Promise.all(
    recipes.map(async ({ tag }) => {
      const image = await imageOf(tag);
      return image?.Config.Labels?.[contextLabel] === hashOf(tag) ? [tag] : [];
    }),
  );
  return new Set(found.flat());
}
