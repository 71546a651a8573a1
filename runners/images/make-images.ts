import { projectRoot } from "../../core/home.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { type EnsuredImage, ensureImages } from "./ensure.ts";
import { pullNamedImages } from "./named.ts";

/** Makes sure that every image of a stack is in the engine: the kit's own by recipe, others by name. */
export async function makeImages(
  stack: Stack,
  options: { readonly report: Report; readonly signal?: AbortSignal },
): Promise<readonly EnsuredImage[]> {
  const made = await ensureImages(stack.recipes, { ...options, projectRoot, needed: stack.images });
  await pullNamedImages(stack, options);
  return made;
}
