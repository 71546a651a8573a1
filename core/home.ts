import { existsSync } from "node:fs";
import { dirname, join, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { noteAsOf } from "./inputs.ts";

/** The site file that verbs take where none is named. */
export const SITE_FILE = "exploreiot.yaml";

/** The variable in which one process of the kit tells the next where the project's home is. */
export const HOME_VARIABLE = "EXPLOREIOT_HOME";

/** The kit's own files: images, the reference application, the schema. Only read: in a project they are in node_modules. */
export const kitRoot = folderWith("package.json", dirname(fileURLToPath(import.meta.url))) as string;

/** Whether this is a checkout of the kit, which is then the project too; otherwise it is an installed package. */
export const isCheckout = existsSync(join(kitRoot, "main.ts"));

const told = process.env[HOME_VARIABLE];
let entered: string | undefined = told === undefined ? undefined : resolve(told);

/** The project's home: where .exploreiot (secrets, state), cdktf.out and the user's own files are. */
export let projectRoot: string = entered ?? (isCheckout ? kitRoot : projectAround(process.cwd()));

/**
 * Takes the project of a site file as the one that this process works in: the folder of the nearest cdktf.json, or else
 * of the site file itself. A checkout of the kit is the project of every site file.
 *
 * @returns the project that this process works in already, if it is another one
 */
export function enterProject(siteFile: string): string | undefined {
  if (isCheckout || told !== undefined) return undefined;
  const folder = dirname(resolve(siteFile));
  const wanted = outsidePackages(folderWith("cdktf.json", folder) ?? folder);
  if (entered !== undefined && entered !== wanted) return entered;
  entered = wanted;
  projectRoot = wanted;
  return undefined;
}

/** The nearest site file with the usual name, here or in a folder above. */
export function nearestSiteFile(): string | undefined {
  const folder = folderWith(SITE_FILE, process.cwd());
  return folder === undefined ? undefined : join(folder, SITE_FILE);
}

let aside: string | undefined;

/** Has what the deployment of one home keeps made in another folder while something works. */
export async function keptAside<T>(folder: string, home: string, work: () => Promise<T>): Promise<T> {
  aside = folder;
  noteAsOf({ folder, home });
  try {
    return await work();
  } finally {
    aside = undefined;
    noteAsOf(undefined);
  }
}

/** The folder that the project keeps on this machine. */
export const keptFolder = () => join(projectRoot, ".exploreiot");

/** The folder of one deployment on this machine: secrets, state, the record of the last `up`. Git-ignored, 0700. */
export const deploymentHome = (name: string) => aside ?? join(keptFolder(), name);

/** Folder of the synthesized stack of a deployment. */
export const stackFolder = (name: string) => join(projectRoot, "cdktf.out", "stacks", name);

function projectAround(folder: string): string {
  return outsidePackages(folderWith("cdktf.json", folder) ?? folderWith(SITE_FILE, folder) ?? folder);
}

/** An upgrade deletes what is in node_modules, and with it secrets and state. */
function outsidePackages(folder: string): string {
  return folder.split(`${sep}node_modules${sep}`)[0] || sep;
}

function folderWith(file: string, from: string): string | undefined {
  if (existsSync(join(from, file))) return from;
  return dirname(from) === from ? undefined : folderWith(file, dirname(from));
}
