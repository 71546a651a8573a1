import { UserError } from "../../core/errors.ts";
import type { ImageRecipe } from "../../core/image-recipe.ts";
import { run } from "../run.ts";

/** The label on every image that was made or pulled; its value is the hash in the tag. */
export const contextLabel = "exploreiot.context";

interface InspectedImage {
  readonly RepoTags: readonly string[] | null;
  readonly Config: { readonly Labels: Readonly<Record<string, string>> | null } | null;
}

/** The 16 hex digits of a tag: what the image must have been made from. */
export function hashOf(tag: string): string {
  return tag.slice(tag.lastIndexOf(":") + 1);
}

/** `exploreiot/redis:0123…` as people call it: redis. */
export function shortName(tag: string): string {
  return tag.slice(tag.indexOf("/") + 1, tag.lastIndexOf(":"));
}

/** Tags of the images the engine has, and which are what their recipe says; one question to the engine. */
export async function presentTags(
  recipes: readonly ImageRecipe[],
  signal?: AbortSignal,
): Promise<Set<string>> {
  if (recipes.length === 0) return new Set();
  const tags = recipes.map(({ tag }) => tag);
  // Exit code 1 also means "some are not there"; only another complaint is a failure.
  const options = { expected: [0, 1], ...(signal ? { signal } : {}) };
  const { stdout, stderr } = await run(["docker", "image", "inspect", ...tags], options);
  const complaint = stderr.split("\n").find((line) => line.trim() !== "" && !line.includes("No such image"));
  if (complaint) {
    throw new UserError(`docker image inspect: ${complaint.trim()}`);
  }
  const found = JSON.parse(stdout) as InspectedImage[];
  return new Set(
    recipes.filter((recipe) => found.some((image) => satisfies(image, recipe))).map(({ tag }) => tag),
  );
}

function satisfies(image: InspectedImage, { tag }: ImageRecipe): boolean {
  return image.RepoTags?.includes(tag) === true && image.Config?.Labels?.[contextLabel] === hashOf(tag);
}
