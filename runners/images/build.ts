import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ImageRecipe } from "../../core/image-recipe.ts";
import { run } from "../run.ts";
import { type Builder, builderFor } from "./builder.ts";
import { imageFailure, shorten } from "./failure.ts";
import { contextLabel, hashOf, shortName } from "./inspect.ts";
import { buildCa, stageContext, withTemporaryFolder } from "./stage.ts";

export interface MakeOptions {
  /** Tags that containers run. @default - every image that no other one is built on */
  readonly needed?: readonly string[];

  readonly projectRoot: string;

  /** Called with each line of progress as it happens. */
  readonly report: (line: string) => void;

  /** Ends the work under way; a tag exists only for a complete image. @default - not to be interrupted */
  readonly signal?: AbortSignal;
}

/** Docker's predefined arguments: neither in the image's history nor in the cache key. */
const proxyArguments = ["HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"];

/** Builds one image from its recipe; the engine sets the tag only after the last step. */
export async function buildImage(
  recipe: ImageRecipe,
  { projectRoot, report, signal }: MakeOptions,
): Promise<void> {
  const source = join(projectRoot, recipe.context);
  const dockerfile = join(source, recipe.dockerfile ?? "Dockerfile");
  await withTemporaryFolder(async (folder) => {
    await stageContext(source, join(folder, "context"), buildCa());
    await copyFile(dockerfile, join(folder, "Dockerfile"));
    const builder = await builderFor(shortName(recipe.tag), await readFile(dockerfile, "utf8"));
    try {
      await run(buildCommand(recipe, folder, builder), {
        env: builder.env,
        ownGroup: true,
        onLine: (line) => reportStep(shortName(recipe.tag), line, report),
        ...(signal ? { signal } : {}),
      });
    } catch (error) {
      throw imageFailure(
        recipe.tag,
        "docker build",
        error,
        `fix ${recipe.context}, then start again: finished steps are kept`,
      );
    }
  });
}

/** `docker build` as data; `folder` holds `Dockerfile` and `context`. */
export function buildCommand(
  { tag, target, buildArgs }: ImageRecipe,
  folder: string,
  { options }: Pick<Builder, "options">,
  env: NodeJS.ProcessEnv = process.env,
): [string, ...string[]] {
  const args = [
    ...Object.entries(buildArgs).map(([name, value]) => `${name}=${value}`),
    ...proxyArguments.filter((name) => env[name]),
  ];
  return [
    "docker",
    "build",
    ...options,
    `--tag=${tag}`,
    `--label=${contextLabel}=${hashOf(tag)}`,
    ...args.map((arg) => `--build-arg=${arg}`),
    ...(target === undefined ? [] : [`--target=${target}`]),
    `--file=${join(folder, "Dockerfile")}`,
    join(folder, "context"),
  ];
}

function reportStep(name: string, line: string, report: (line: string) => void): void {
  const step = /^Step (\d+\/\d+) : (.*)$/.exec(line) ?? /^#\d+ \[(?:.*? )?(\d+\/\d+)\] (.*)$/.exec(line);
  if (step) report(`${name}: step ${step[1]} ${shorten(step[2] ?? "", 80)}`);
}
