import { resolve } from "node:path";
import { Argument } from "commander";
import { projectRoot } from "../config/home.ts";
import { ensureImages } from "../engines/images/ensure.ts";
import { readStack } from "../engines/stack.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";

interface Options {
  readonly config: string;
  readonly json?: true;

  /** A synthesized stack's folder: how the provisioner inside that stack calls this verb. */
  readonly stack?: string;
}

export const imagesCommand = verb("images", "pull or build the images that are missing")
  .addArgument(
    new Argument("[action]", "ensure: what is missing; lock: resolve the digests in images/lock.json")
      .choices(["ensure", "lock"])
      .default("ensure"),
  )
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--stack <folder>", "take the recipes from this synthesized stack instead of a configuration")
  .action(async (action: "ensure" | "lock", { config, json, stack: folder }: Options) => {
    const signal = interruptSignal();
    const stack = folder === undefined ? (await synthesize(config)).stack : readStack(resolve(folder));
    const images = await ensureImages(stack.recipes, { projectRoot, report: progress, signal });
    void action;
    if (json) console.log(JSON.stringify(images, undefined, 2));
    else
      console.log(
        renderTable(
          ["image", "action", "seconds"],
          images.map(({ tag, action, seconds }) => [tag, action, seconds.toFixed(1)]),
        ),
      );
  });
