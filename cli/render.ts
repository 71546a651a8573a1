import { resolve } from "node:path";
import { Option } from "commander";
import { z } from "zod";
import { writeFolder } from "../render/folder.ts";
import { render, renderSwarm, TARGETS } from "../render/render.ts";
import { alone } from "../runners/deploy-lock.ts";
import { archiveImages } from "../runners/images/archive.ts";
import { makeImages } from "../runners/images/make-images.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly output: string;
  readonly target: (typeof TARGETS)[number];
  readonly images?: true;
  readonly json?: true;
}

export const renderOutput = z.strictObject({
  deployment: z.string(),
  folder: z.string(),
  files: z.array(z.string()).readonly().describe("relative to the folder"),
});

export const renderCommand = verb("render", VERBS.render)
  // How it was named up to version 0.1.0, which scripts of users have; the help has no word for it.
  .argument("[former]")
  .usage("[options]")
  .addOption(configOption())
  .requiredOption(
    "-o, --output <folder>",
    "needed; a folder that is empty, not there yet, or an earlier render",
  )
  .addOption(
    new Option("--target <target>", "the target: one machine, or Docker Swarm (docs/swarm.md)")
      .choices(TARGETS)
      .default("compose"),
  )
  .option("--images", "add images.tar with every image, for a server that reaches no registry")
  .addOption(jsonOption())
  .action(async (former: string | undefined, { config, output, target, images, json }: Options) => {
    const folder = resolve(output);
    const { deployment, stack, home } = await synthesize(former ?? config);
    const files = target === "swarm" ? renderSwarm(stack, home) : await render(stack, home);
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
    if (json) printJson(renderOutput, { deployment: deployment.name, folder, files: paths });
    else
      console.log(
        `${output}: ${paths.length} files. Copy the folder to ${target === "swarm" ? "a manager" : "the server"} and run ./start.sh there; RUNBOOK.md tells the rest.`,
      );
  });
