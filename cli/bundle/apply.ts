import { resolve } from "node:path";
import { applyBundle } from "../../render/bundle/apply.ts";
import { readBundle } from "../../render/bundle/read.ts";
import { printJson } from "../json.ts";
import { jsonOption, verb } from "../options.ts";
import { interruptSignal, progress } from "../progress.ts";
import { bundleApplyOutput, toldOf } from "./output.ts";
import { type TrustOptions, trustOf, withTrust } from "./trust.ts";

interface Options extends TrustOptions {
  readonly folder?: string;
  readonly older?: true;
  readonly json?: true;
}

export const bundleApplyCommand = withTrust(
  verb(
    "apply",
    "load a bundle's images and start its folder on this machine; needs no network",
    "bundle apply site.tar --key release.key.pub",
  ),
)
  .argument("<bundle>")
  .option("--folder <folder>", "where the deployment is; default: where it runs from, else its name here")
  .option("--older", "also where a newer bundle was applied before: to go back")
  .addOption(jsonOption())
  .action(async (file: string, { folder, older, json, ...trust }: Options) => {
    const signal = interruptSignal();
    const bundle = await readBundle(file, trustOf(trust));
    const place = await applyBundle(bundle, {
      ...{ older: older ?? false, report: progress, signal },
      ...(folder === undefined ? {} : { folder: resolve(folder) }),
    });
    if (json) {
      const signer = bundle.signedBy === undefined ? {} : { signedBy: bundle.signedBy };
      printJson(bundleApplyOutput, { ...toldOf(bundle.manifest), folder: place, ...signer });
    } else console.log(`${bundle.manifest.deployment} is up from ${place}; RUNBOOK.md there tells the rest.`);
  });
