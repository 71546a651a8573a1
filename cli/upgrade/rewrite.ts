import { realpathSync, statSync } from "node:fs";
import { z } from "zod";
import { loadDeployment, siteFile } from "../../config/load.ts";
import { sourceOf } from "../../config/source.ts";
import { UserError } from "../../core/errors.ts";
import { replaceFile } from "../../core/private-files.ts";
import { SITE_VERSION } from "../../site/settings.ts";
import { printJson } from "../json.ts";

export const upgradeRewriteOutput = z.strictObject({
  file: z.string(),
  version: z.int().describe("of the site file now"),
  rewritten: z
    .array(z.strictObject({ path: z.string(), from: z.unknown(), to: z.unknown() }))
    .readonly()
    .describe("the changes; empty where the file is of this version already"),
});

/** `upgrade --rewrite`: a site file of an older version becomes one of today, if it is sound then. */
export async function rewriteSite({
  config,
  json,
}: {
  readonly config: string;
  readonly json?: true;
}): Promise<void> {
  const source = sourceOf(config);
  if (!/\.(ya?ml|json)$/.test(source))
    throw new UserError(`${source}: is part of the kit, and of today`, "name a site file: -c site.yaml");
  const { value, text, rewritten } = await siteFile(source);
  await loadDeployment(source);
  // Through a link, so that it stays one.
  const file = realpathSync(source);
  if (rewritten.length > 0)
    replaceFile(
      file,
      file.endsWith(".json") ? `${JSON.stringify(value, undefined, 2)}\n` : text(),
      statSync(file).mode & 0o777,
    );
  if (json) {
    printJson(upgradeRewriteOutput, { file, version: SITE_VERSION, rewritten: [...rewritten] });
    return;
  }
  for (const { path, from, to } of rewritten)
    console.log(`${path}: ${JSON.stringify(from)} → ${JSON.stringify(to)}`);
  console.log(`${config}: ${rewritten.length === 0 ? "is" : "is now"} of version ${SITE_VERSION}.`);
}
