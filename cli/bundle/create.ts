import { resolve } from "node:path";
import { shellCommand } from "../../core/shell-words.ts";
import { createBundle } from "../../render/bundle/create.ts";
import { render } from "../../render/render.ts";
import { alone } from "../../runners/deploy-lock.ts";
import { makeImages } from "../../runners/images/make-images.ts";
import { printJson } from "../json.ts";
import { configOption, jsonOption, verb } from "../options.ts";
import { interruptSignal, progress } from "../progress.ts";
import { synthesize } from "../synthesize.ts";
import { bundleCreateOutput, inWords, toldOf } from "./output.ts";
import { type TrustOptions, trustOf } from "./trust.ts";

interface Options extends TrustOptions {
  readonly config: string;
  readonly output: string;
  readonly since?: string;
  readonly providers?: string;
  readonly json?: true;
}

export const bundleCreateCommand = verb(
  "create",
  "pack images and the rendered folder into one signed file",
  "bundle create -c site.yaml -o site.tar --key release.key",
)
  .addOption(configOption())
  .requiredOption("-o, --output <file>", "needed; a bundle that is there is replaced")
  .option("--key <file>", "private key to sign with, as bundle key makes it")
  .option("--unsigned", "do not sign it")
  .option("--since <bundle>", "leave out the layers of images that this older bundle has")
  .option("--providers <folder>", "take along what terraform providers mirror wrote there")
  .addOption(jsonOption())
  .action(async ({ config, output, since, providers, json, ...trust }: Options) => {
    const signer = trustOf(trust, "a private key, which exploreiot bundle key FILE makes");
    const { deployment, stack, home } = await synthesize(config);
    const running = { report: progress, signal: interruptSignal() };
    const pack = async () => {
      await makeImages(stack, running);
      progress(`packing ${stack.images.length} images`);
      return createBundle({
        ...{ deployment: deployment.name, files: await render(stack, home), images: stack.images },
        ...{ output: resolve(output), signal: running.signal },
        ...(signer === "anyone" ? {} : signer),
        ...(since === undefined ? {} : { since }),
        ...(providers === undefined ? {} : { providers }),
      });
    };
    const manifest = await alone(deployment.name, home, pack, progress);
    if (json) printJson(bundleCreateOutput, { ...toldOf(manifest), file: resolve(output) });
    else console.log(`${output}: ${inWords(manifest)}. On the server: ${applying(output, trust)}`);
  });

const applying = (output: string, { key }: TrustOptions): string =>
  shellCommand(
    ...(["exploreiot", "bundle", "apply", output] as const),
    ...(key === undefined ? ["--unsigned"] : ["--key", `${key}.pub`]),
  );
