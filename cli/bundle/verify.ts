import { resolve } from "node:path";
import { readBundle } from "../../render/bundle/read.ts";
import { printJson } from "../json.ts";
import { jsonOption, verb } from "../options.ts";
import { bundleVerifyOutput, inWords, toldOf } from "./output.ts";
import { type TrustOptions, trustOf, withTrust } from "./trust.ts";

export const bundleVerifyCommand = withTrust(
  verb("verify", "check signature and checksums of a bundle", "bundle verify site.tar --key release.key.pub"),
)
  .argument("<bundle>")
  .addOption(jsonOption())
  .action(async (file: string, { json, ...trust }: TrustOptions & { readonly json?: true }) => {
    const { manifest, signedBy } = await readBundle(file, trustOf(trust));
    if (json) {
      const signer = signedBy === undefined ? {} : { signedBy };
      printJson(bundleVerifyOutput, { ...toldOf(manifest), file: resolve(file), ...signer });
      return;
    }
    const signer = signedBy === undefined ? "nobody asked who signed it" : `signed by the key ${signedBy}`;
    console.log(`${file}: ${inWords(manifest)}; whole, ${signer}.`);
  });
