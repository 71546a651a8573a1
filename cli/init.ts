import { writeFileSync } from "node:fs";
import { UserError } from "../config/errors.ts";
import { siteTemplate } from "../config/site-template.ts";
import { verb } from "./options.ts";

export const initCommand = verb("init", "write a commented site file to start from")
  .argument("[file]", "where to", "site.yaml")
  .option("--name <name>", "name of the deployment", "site")
  .option("--force", "overwrite the file if it is there")
  .action((file: string, { name, force }: { readonly name: string; readonly force?: true }) => {
    try {
      writeFileSync(file, siteTemplate(name), { flag: force ? "w" : "wx" });
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === "EEXIST")
        throw new UserError(`${file}: is there already`, "choose another name, or add --force");
      throw new UserError(`${file}: cannot be written (${message})`);
    }
    console.log(`${file} written. Next: edit it, then exploreiot up -c ${file}`);
  });
