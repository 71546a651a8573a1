import type { Resource, StackDocument } from "../document.ts";
import { unknown } from "../evidence.ts";
import { parseDockerfile } from "../files/dockerfile.ts";
import type { Evidence } from "../policy.ts";
import { type Block, blocks, isBlock, isKnown, show } from "../values.ts";
import { type ImageName, parseImageName } from "./parse-image-name.ts";
import { parseOnce } from "./parsed-files.ts";
import { remembered } from "./remembered.ts";
import { containerSpec } from "./services.ts";

/** Where rules about image names look: who names an image that is not made from a recipe of the stack. */
export const NAMES_IMAGES = ["docker_image", "docker_container", "file/Dockerfile"] as const;

/** The image in a resource: the name of a `docker_image`, the image of a container or a service. */
export const imageText = (resource: Resource): unknown =>
  resource.type === "docker_image" ? resource.block.name : containerSpec(resource).image;

/** An image of the kit, whose tag is the hash of its recipe. Where it is never pulled, it is that one or none. */
const KIT_IMAGE = /^exploreiot\/[a-z0-9-]+:[0-9a-f]{16}$/;

/**
 * Whether a resource names an image from elsewhere. A container that refers to a `docker_image` of the stack leaves
 * that to it, and what is built with the stack comes from nowhere.
 */
export function namesForeignImage(resource: Resource, stack: StackDocument): boolean {
  if (resource.type === "file/Dockerfile") return true;
  if (resource.type === "docker_image" && blocks(resource.block, "build").length > 0) return false;
  const text = imageText(resource);
  if (resource.block.pull_policy === "never" && KIT_IMAGE.test(String(text))) return false;
  return stack.follow(text)?.resource.type !== "docker_image" && !isMadeHere(text, stack);
}

/** The findings of a rule on each name of an image: the one that a resource gives, or those of a Dockerfile. */
export function judgeNames(resource: Resource, problem: Problem): readonly Evidence[] {
  if (resource.type !== "file/Dockerfile") return judgeName(imageText(resource), problem);
  return parseOnce(resource, parseDockerfile).images.flatMap(({ line, text, image }) =>
    image === undefined
      ? [{ notEnforceable: `line ${line}: ${text} is chosen by a build argument` }]
      : judgeName(image, problem, `line ${line}: the image`),
  );
}

/** The fault of a name, as it follows on the name; undefined if there is none. */
type Problem = (name: ImageName) => string | undefined;

/** The findings of a rule on one name; `place` is where it stands. */
export function judgeName(text: unknown, problem: Problem, place = "image"): readonly Evidence[] {
  if ((text ?? undefined) === undefined) return [`${place} is not set`];
  if (!isKnown(text)) return [unknown(`${place} is ${show(text)}, known only at apply`)];
  if (isContentId(text)) return [];
  const found = problem(parseImageName(String(text)));
  return found === undefined ? [] : [`${place} is ${show(text)}${found}`];
}

/** `sha256:…`: the id of an image that is on the host. */
const isContentId = (text: unknown): boolean => /^(sha256:)?[0-9a-f]{64}$/.test(String(text));

/** Whether an image is made on this machine from a recipe that stands in the stack; its tag is the recipe's hash. */
const isMadeHere = (name: unknown, stack: StackDocument): boolean => tagsMadeHere(stack).has(name);

const tagsMadeHere = remembered(
  (stack: StackDocument): ReadonlySet<unknown> =>
    new Set(
      stack
        .of(["terraform_data"])
        .flatMap(recipesIn)
        .map(({ tag }) => tag),
    ),
);

/** The recipes that a `terraform_data` is given; none if it is one of another project. */
export function recipesIn({ block: { input } }: Resource): readonly Block[] {
  const found: unknown = isBlock(input) ? input.recipes : undefined;
  return Array.isArray(found) ? found.filter(isBlock) : [];
}
