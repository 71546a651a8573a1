import { resolve } from "node:path";
import { alone } from "../engines/deploy-lock.ts";
import { archiveImages } from "../engines/images/archive.ts";
import { makeImages } from "../engines/images/make-images.ts";
import { writeFolder } from "../render/folder.ts";
import { render } from "../render/render.ts";
import { jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";

interface Options {
  readonly output: string;
  readonly images?: true;
  readonly json?: true;
}

export const renderCommand = verb(
  "render",
  "write everything a server needs, as files that start without this kit",
)
  .argument("<deployment>", "local, production, or a site file (.yaml, .json)")
  .requiredOption(
    "-o, --output <folder>",
    "needed; a folder that is empty, not there yet, or an earlier render",
  )
  .option("--images", "add images.tar with every image, for a server that reaches no registry")
  .addOption(jsonOption())
  .action(async (source: string, { output, images, json }: Options) => {
    const folder = resolve(output);
    const { deployment, stack, home } = await synthesize(source);
    const files = render(stack, home);
    const options = { report: progress, signal: interruptSignal() };
    // Needs no engine, and what it writes is the same in every checkout.
    await alone(
      deployment.name,
      home,
      async () => {
        writeFolder(folder, files);
        if (!images) return;
        await makeImages(stack, options);
        await archiveImages(stack, folder, options);
      },
      progress,
    );
    const paths = [...Object.keys(files), "SHA256SUMS"].sort();
    if (json)
      console.log(JSON.stringify({ deployment: deployment.name, folder, files: paths }, undefined, 2));
    else
      console.log(
        `${output}: ${paths.length} files. Copy the folder to the server and run ./start.sh there; RUNBOOK.md tells the rest.`,
      );
  });
