import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ignore from "ignore";
import { z } from "zod";
import { parseDeployment } from "../config/parse.ts";
import { SITE_SCHEMA, siteTemplate } from "../config/site-template.ts";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { enterProject, kitRoot, projectRoot, SITE_FILE } from "../core/home.ts";
import { readIfThere } from "../core/private-files.ts";
import { shellCommand } from "../core/shell-words.ts";
import { printJson } from "./json.ts";
import { jsonOption, verb } from "./options.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly name: string;
  readonly force?: true;
  readonly json?: true;
}

export const initOutput = z.strictObject({
  file: z.string(),
  name: z.string().describe("of the deployment"),
  schema: z.string().describe("JSON Schema of the file, written next to it"),
  ignored: z.array(z.string()).readonly().describe("the lines that were added to .gitignore"),
});

/** Files that a project keeps to itself: secrets and state, those that are made from the site file, packages. */
const OWN_FOLDERS = [".exploreiot/", "cdktf.out/", "node_modules/"];

export const initCommand = verb("init", VERBS.init)
  .argument("[file]", "where to", SITE_FILE)
  .option("--name <name>", "name of the deployment", "site")
  .option("--force", "overwrite the file if it is there")
  .addOption(jsonOption())
  .action((file: string, { name, force, json }: Options) => {
    // Checked as it will be read, so that what is written can be used.
    parseDeployment({ name }, "--name");
    writeSiteFile(file, name, force ?? false);
    const schema = writeSchema(dirname(file));
    enterProject(file);
    const ignored = ignoreOwnFolders(join(projectRoot, ".gitignore"));
    if (json) {
      printJson(initOutput, { file, name, schema, ignored });
      return;
    }
    if (ignored.length > 0)
      console.log(`${relative(process.cwd(), join(projectRoot, ".gitignore"))}: ${ignored.join(", ")} added`);
    const up = shellCommand("npx", "exploreiot", "up", ...(file === SITE_FILE ? [] : ["-c", file]));
    console.log(`${file} written. Next: edit it, then ${up}`);
  });

function writeSiteFile(file: string, name: string, force: boolean): void {
  try {
    writeFileSync(file, siteTemplate(name), { flag: force ? "w" : "wx" });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST")
      throw new UserError(`${file}: is there already`, "choose another name, or add --force");
    const remedy =
      code === "ENOENT" ? shellCommand("mkdir", "-p", dirname(file)) : "check the folder's owner and mode";
    throw new UserError(`${file}: cannot be written (${fileProblem(error)})`, remedy);
  }
}

/** For editors, next to the site file, which may be on a machine or in a project where the kit's own files are elsewhere. */
function writeSchema(folder: string): string {
  const path = join(folder, SITE_SCHEMA);
  writeFileSync(path, readFileSync(join(kitRoot, "config", "site.schema.json")));
  return path;
}

/** Adds to .gitignore what it does not cover yet, and leaves the rest as it is. */
function ignoreOwnFolders(file: string): readonly string[] {
  const text = readIfThere(file) ?? "";
  const covered = ignore().add(text);
  const missing = OWN_FOLDERS.filter((folder) => !covered.ignores(folder));
  if (missing.length > 0)
    appendFileSync(file, `${text === "" || text.endsWith("\n") ? "" : "\n"}${missing.join("\n")}\n`);
  return missing;
}
