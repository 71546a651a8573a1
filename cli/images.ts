import { join, resolve } from "node:path";
import { Argument } from "commander";
import { UserError } from "../core/errors.ts";
import { deploymentHome, isCheckout, kitRoot } from "../core/home.ts";
import { refuseForeignContainers } from "../engines/guards.ts";
import { lockImages } from "../engines/images/lock.ts";
import { makeImages } from "../engines/images/make-images.ts";
import { readRecord } from "../engines/record.ts";
import { readStack, type Stack } from "../engines/stack.ts";
import { BY_THE_KIT } from "../engines/terraform/terraform.ts";
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

const action = new Argument(
  "[action]",
  "ensure: make what is missing; lock: pin upstream digests in images/lock.json",
)
  .choices(["ensure", "lock"])
  .default("ensure");

export const imagesCommand = verb("images", "pull or build the images that are missing")
  .addArgument(action)
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--stack <folder>", "take the recipes from this synthesized stack instead of a configuration")
  .action((action: "ensure" | "lock", options: Options) =>
    action === "lock" ? lock(options) : ensure(options),
  );

async function ensure({ config, json, stack: folder }: Options): Promise<void> {
  const stack = folder === undefined ? (await synthesize(config)).stack : readStack(resolve(folder));
  // In every stack, before its containers: here `cdktf deploy` meets the guards. Its volumes may be there by now.
  if (folder !== undefined) {
    await refuseForeignContainers(stack.name, deploymentHome(stack.name));
    refuseWhatComposeMade(stack);
  }
  const images = await makeImages(stack, { report: progress, signal: interruptSignal() });
  if (json) {
    console.log(JSON.stringify(images, undefined, 2));
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
  if (readRecord(deploymentHome(name))?.engine !== "compose") return;
  throw new UserError(
    `${name} was made by compose, and Terraform does not know of it yet`,
    "let Terraform take it over as it runs, then deploy again: exploreiot up --engine terraform -c CONFIG",
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
  const file = join(kitRoot, "images", "lock.json");
  const locked = await lockImages({
    file,
    report: progress,
    signal: interruptSignal(),
    ...(registryMirror === undefined ? {} : { registryMirror }),
  });
  console.log(json ? JSON.stringify(locked, undefined, 2) : `${file}: digests resolved`);
}
