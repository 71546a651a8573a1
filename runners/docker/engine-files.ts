import { readFileSync } from "node:fs";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { imageOf } from "./observe.ts";

/**
 * Files of /proc of the engine's machine, one after the other, as an image of the deployment reads them there.
 *
 * @returns undefined where no image is there yet
 */
export async function readOnEngine(stack: Stack, files: readonly string[]): Promise<string | undefined> {
  const image = await presentImage(stack);
  if (image === undefined) return undefined;
  const confined = ["--network", "host", "--read-only", "--cap-drop", "ALL", "--user", "65534:65534"];
  const { stdout } = await run(
    ["docker", "run", "--rm", ...confined, "--entrypoint", "cat", image, ...files],
    // 1: no IPv6 there.
    { expected: [0, 1] },
  );
  return stdout;
}

/** One of the kit's images that the engine has. */
export async function presentImage({ recipes }: Pick<Stack, "recipes">): Promise<string | undefined> {
  const tags = recipes.map(({ tag }) => tag);
  const found = await Promise.all(tags.map(imageOf));
  return tags.find((_, index) => found[index] !== undefined);
}

export function textOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
