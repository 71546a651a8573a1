import type { Report } from "../engine.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { imageFailure } from "./failure.ts";

/**
 * Pulls the images that a deployment names itself and the engine lacks.
 *
 * @throws UserError naming the image and why it cannot be had
 */
export async function pullNamedImages(
  { images, recipes }: Stack,
  { report, signal }: { readonly report: Report; readonly signal?: AbortSignal },
): Promise<void> {
  const own = new Set(recipes.map(({ tag }) => tag));
  for (const reference of images.filter((image) => !own.has(image))) {
    const { code } = await run(["docker", "image", "inspect", reference], { expected: [0, 1] });
    if (code === 0) continue;
    report(`${reference}: pulling`);
    try {
      await run(["docker", "pull", "--quiet", reference], {
        ownGroup: true,
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (error) {
      const advice = "check the name and the registry, or bring the image here with docker load";
      throw imageFailure(reference, "docker pull", error, advice);
    }
  }
}
