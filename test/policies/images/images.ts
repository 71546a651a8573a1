import type { Block } from "../../../policies/values.ts";

export const DIGEST = `sha256:${"0123456789abcdef".repeat(4)}`;

/** A stack with a recipe for `exploreiot/redis:abc`, which makes that image on the spot. */
export const RECIPES = {
  terraform_data: { Recipes: { input: { recipes: [{ tag: "exploreiot/redis:abc" }] } } },
};

/** A stack that is local: one container, and it says so. */
export const LOCAL = {
  docker_container: { Local: { image: "${docker_image.Subject.image_id}", labels: [label("env", "local")] } },
};

function label(name: string, value: string): Block {
  return { label: `exploreiot.${name}`, value };
}
