import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import { makeKeyPair } from "../../core/minisign.ts";
import { replaceFile } from "../../core/private-files.ts";
import { printJson } from "../json.ts";
import { jsonOption, verb } from "../options.ts";
import { bundleKeyOutput } from "./output.ts";

export const bundleKeyCommand = verb(
  "key",
  "make a key pair: FILE to sign bundles with, FILE.pub to check them with",
  "bundle key release.key",
)
  .argument("<file>")
  .addOption(jsonOption())
  .action((file: string, { json }: { readonly json?: true }) => {
    const [privateKey, publicKey] = [resolve(file), `${resolve(file)}.pub`];
    const there = [privateKey, publicKey].find((path) => existsSync(path));
    if (there !== undefined)
      throw new UserError(`${there}: is there already`, "name another file: a lost key cannot be made again");
    const pair = makeKeyPair();
    replaceFile(privateKey, pair.privateKey);
    replaceFile(publicKey, pair.publicKey, 0o644);
    if (json) printJson(bundleKeyOutput, { privateKey, publicKey });
    else
      console.log(
        `${file} signs: keep it away from servers. ${file}.pub checks: bring it there once, by another way than the bundles.`,
      );
  });
