import { imageOf } from "../docker/observe.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { pull } from "./pull.ts";

/**
 * Pulls the images that a deployment names itself and the engine lacks.
 *
 * @throws UserError naming the image and why it cannot be had
 */
export async function pullNamedImages(
  { images, recipes }: Stack,
  options: { readonly report: Report; readonly signal?: AbortSignal },
): Promise<void> {
  const own = new Set(recipes.map(({ tag }) => tag));
  const advice = "check the name and the registry, or bring the image here with docker load";
  for (const reference of images.filter((image) => !own.has(image))) {
    if ((await imageOf(reference)) === undefined) await pull(reference, reference, advice, options);
  }
}
