import { writeFileSync } from "node:fs";
import { parseDeployment } from "../config/parse.ts";
import { siteTemplate } from "../config/site-template.ts";
import { UserError } from "../core/errors.ts";
import { shellCommand } from "../core/shell-words.ts";
import { jsonOption, verb } from "./options.ts";

interface Options {
  readonly name: string;
  readonly force?: true;
  readonly json?: true;
}

export const initCommand = verb("init", "write a commented site file to start from")
  .argument("[file]", "where to", "site.yaml")
  .option("--name <name>", "name of the deployment", "site")
  .option("--force", "overwrite the file if it is there")
  .addOption(jsonOption())
  .action((file: string, { name, force, json }: Options) => {
    // Checked as it will be read, so that what is written can be used.
    parseDeployment({ name }, "--name");
    try {
      writeFileSync(file, siteTemplate(name), { flag: force ? "w" : "wx" });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EEXIST")
        throw new UserError(`${file}: is there already`, "choose another name, or add --force");
      throw new UserError(`${file}: cannot be written (${message})`);
    }
    if (json) console.log(JSON.stringify({ file, name }));
    else console.log(`${file} written. Next: edit it, then ${shellCommand("exploreiot", "up", "-c", file)}`);
  });
