import { UserError } from "../../core/errors.ts";
import type { ImageRecipe } from "../../core/image-recipe.ts";
import { run } from "../run.ts";

/** The label on every image that was built or loaded; its value is the hash in the tag. */
export const contextLabel = "exploreiot.context";

interface InspectedImage {
  readonly Id: string;
  readonly RepoTags: readonly string[] | null;
  readonly RepoDigests: readonly string[] | null;
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
    throw new UserError(
      `docker: ${complaint.trim()}`,
      "start the Docker engine, or set DOCKER_HOST to one you may use",
    );
  }
  const found = JSON.parse(stdout) as InspectedImage[];
  return new Set(
    recipes.filter((recipe) => found.some((image) => satisfies(image, recipe))).map(({ tag }) => tag),
  );
}

function satisfies(image: InspectedImage, { tag, pull, pullIds = {} }: ImageRecipe): boolean {
  if (!image.RepoTags?.includes(tag)) return false;
  if (image.Config?.Labels?.[contextLabel] === hashOf(tag)) return true;
  if (pull === undefined) return false;
  // A pulled image has no label of ours. Its digest is lost by `docker save` and `load`; its id is not.
  const digest = pull.slice(pull.indexOf("@"));
  return (
    (image.RepoDigests ?? []).some((known) => known.endsWith(digest)) ||
    Object.values(pullIds).includes(image.Id)
  );
}
