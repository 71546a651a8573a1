import { Argument } from "commander";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { deploymentHome, isCheckout, kitRoot } from "../core/home.ts";
import { pinsFile } from "../core/image-pins.ts";
import { engineVersion } from "../runners/docker/engine-check.ts";
import { refuseForeignContainers } from "../runners/guards.ts";
import { lockImages } from "../runners/images/lock.ts";
import { makeImages } from "../runners/images/make-images.ts";
import { readRecord } from "../runners/record.ts";
import { refuseHalfRestored } from "../runners/restore/state.ts";
import type { Stack } from "../runners/stack.ts";
import { BY_THE_KIT } from "../runners/terraform/terraform.ts";
import { refuseFormerData } from "../runners/upgrade/former-data.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { during, interruptSignal, progress } from "./progress.ts";
import { stackIn, synthesize } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;

  /** A synthesized stack's folder: how the provisioner inside that stack calls this verb. */
  readonly stack?: string;
}

export const imagesOutput = z
  .array(
    z.strictObject({
      tag: z.string(),
      action: z
        .enum(["present", "pulled", "built", "loaded", "unneeded"])
        .describe("unneeded: only a parent, and everything built on it was present or pulled"),
      seconds: z.number(),
      why: z.string().exactOptional().describe("why it was built rather than pulled"),
    }),
  )
  .readonly();

export const imagesLockOutput = z
  .array(
    z.strictObject({
      name: z.string(),
      reference: z.string(),
      digest: z.string(),
      isChanged: z.boolean(),
    }),
  )
  .readonly();

const action = new Argument(
  "[action]",
  "ensure: make what is missing; lock: pin digests of official images in images/upstream.Dockerfile",
)
  .choices(["ensure", "lock"])
  .default("ensure");

export const imagesCommand = verb("images", VERBS.images)
  .addArgument(action)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--stack <folder>", "take the recipes from this synthesized stack instead of a configuration")
  .action((action: "ensure" | "lock", options: Options) =>
    action === "lock" ? lock(options) : ensure(options),
  );

async function ensure({ config, json, stack: folder }: Options): Promise<void> {
  const stack = folder === undefined ? (await synthesize(config)).stack : stackIn(folder);
  // In every stack, before its containers: here `cdktf deploy` meets the guards. Its volumes may be there by now.
  if (folder !== undefined) {
    await refuseForeignContainers(stack.name, deploymentHome(stack.name));
    refuseWhatComposeMade(stack);
  }
  await engineVersion();
  const signal = interruptSignal();
  const images = await during(() => makeImages(stack, { report: progress, signal }));
  if (folder !== undefined) {
    await refuseFormerData(stack);
    refuseHalfRestored(deploymentHome(stack.name));
  }
  if (json) {
    printJson(imagesOutput, images);
    return;
  }
  const rows = images.map(({ tag, action, seconds }) => [tag, action, seconds.toFixed(1)]);
  console.log(renderTable(["image", "action", "seconds"], rows));
}

/**
 * `cdktf deploy` goes to Terraform directly, which would stumble over names, networks and ports. `up` has made room.
 *
 * @throws UserError that says how Terraform takes the deployment over
 */
function refuseWhatComposeMade({ name }: Stack): void {
  if (process.env[BY_THE_KIT] !== undefined) return;
  if (readRecord(deploymentHome(name))?.runner !== "compose") return;
  throw new UserError(
    `${name} was made by compose, and Terraform does not know of it yet`,
    "let Terraform take it over as it runs, then deploy again: exploreiot up --runner terraform -c CONFIG",
  );
}

async function lock({ config, json }: Options): Promise<void> {
  if (!isCheckout)
    throw new UserError(
      `${kitRoot}: the digests are a part of the package, and an upgrade would write over them`,
      "run exploreiot images lock in a checkout of the kit, and pack it there",
    );
  const { deployment } = await synthesize(config);
  const { registryMirror } = deployment.images;
  const file = pinsFile(kitRoot);
  const locked = await lockImages({
    file,
    report: progress,
    signal: interruptSignal(),
    ...(registryMirror === undefined ? {} : { registryMirror }),
  });
  if (json) printJson(imagesLockOutput, locked);
  else console.log(`${file}: digests resolved`);
}
