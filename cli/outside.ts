import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { replaceFile } from "../core/private-files.ts";
import { SecretStore } from "../core/secrets.ts";
import { setupFiles } from "../services/outside-setup.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

export const outsideOutput = z.strictObject({
  deployment: z.string(),
  files: z
    .array(z.strictObject({ service: z.string(), path: z.string() }))
    .readonly()
    .describe("the file that the operator of each server applies once"),
});

export const outsideCommand = verb("outside", VERBS.outside, "outside ./for-the-operators")
  .argument("<folder>", "where the files go, readable by you alone")
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText("after", "\nNo file holds a password. docs/outside.md says what is done with each.")
  .action(async (folder: string, { config, json }: { readonly config: string; readonly json?: true }) => {
    const { deployment, home } = await synthesize(config);
    const made = setupFiles(deployment, new SecretStore(home));
    if (made.length === 0)
      throw new UserError(
        `${deployment.name}: has no server outside; allowed: a deployment with postgres.outside, redis.outside or mosquitto.outside`,
        "docs/outside.md says how one is declared",
      );
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const files = made.map(({ service, name, content }) => {
      const path = join(folder, name);
      replaceFile(path, content, 0o600);
      return { service, path };
    });
    if (json) printJson(outsideOutput, { deployment: deployment.name, files });
    else console.log(files.map(({ service, path }) => `${service}: ${path}`).join("\n"));
  });
