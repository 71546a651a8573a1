import { PassThrough } from "node:stream";
import { UserError } from "../../core/errors.ts";
import { imageOf, qualified } from "../../runners/docker/observe.ts";
import { run } from "../../runners/run.ts";
import type { Report } from "../../runners/runner.ts";
import { BundleArchive } from "./archive.ts";
import { entriesOf } from "./entries.ts";
import { IMAGES } from "./manifest.ts";
import type { Bundle } from "./read.ts";

/**
 * Loads the images that the engine does not have as they are in the bundle.
 *
 * @throws UserError if they cannot be loaded, or are others afterwards
 */
export async function loadImages(
  bundle: Bundle,
  { report, signal }: { readonly report: Report; readonly signal: AbortSignal },
): Promise<void> {
  if ((await missing(bundle)).length === 0) return;
  report(`loading ${bundle.manifest.images.length} images`);
  await load(bundle, signal);
  const others = await missing(bundle);
  if (others.length > 0)
    throw new UserError(
      `after it has loaded the bundle, the engine has other images than those in it: ${others.join(", ")}`,
      "look at docker image ls, and run it again",
    );
}

/** References that the engine does not have, or that stand for another image there. */
async function missing({ manifest: { images } }: Bundle): Promise<readonly string[]> {
  const found = await Promise.all(
    images.map(async ({ reference, ids }) => {
      const image = await imageOf(qualified(reference));
      return image !== undefined && ids.includes(image.Id) ? [] : [reference];
    }),
  );
  return found.flat();
}

async function load(bundle: Bundle, signal: AbortSignal): Promise<void> {
  const input = new PassThrough();
  const givingUp = new AbortController();
  const either = AbortSignal.any([signal, givingUp.signal]);
  let changed: unknown;
  // A client whose input just stops would wait for the rest of it.
  const copying = copyImages(bundle, input).catch((error) => {
    changed = error;
    givingUp.abort();
  });
  try {
    await run(["docker", "load", "--quiet"], { input, ownGroup: true, signal: either });
  } catch (error) {
    throw changed instanceof UserError ? changed : explained(error, bundle);
  } finally {
    input.destroy();
    await copying;
  }
}

/** Each file is compared once more on its way: between the check and now, somebody may have changed the bundle. */
async function copyImages({ path, sums }: Bundle, target: PassThrough): Promise<void> {
  const archive = await BundleArchive.into(target);
  for await (const entry of entriesOf(path)) {
    if (!entry.path.startsWith(IMAGES)) continue;
    await archive.addStream(entry.path.slice(IMAGES.length), entry.bytes, entry.content);
  }
  const isSame = [...archive.sums].every(([name, sum]) => sums.get(`${IMAGES}${name}`) === sum);
  if (!isSame) throw new UserError(`${path}: was changed while it was applied`, "run it again");
  await archive.end();
}

function explained(error: unknown, { path, manifest: { since } }: Bundle): unknown {
  if (!(error instanceof UserError)) return error;
  const hints =
    since === undefined
      ? ["fix what the lines above say, and run it again"]
      : [
          `${path} leaves out layers of the bundle that was made ${since.made}: apply that one first, or a whole bundle`,
        ];
  return new UserError(error.message, ...error.remedy, ...hints);
}
