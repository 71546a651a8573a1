import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { enterProject } from "../core/home.ts";
import { readdirSync, readPlainFile, statSync } from "../core/inputs.ts";
import { shellCommand } from "../core/shell-words.ts";
import type { YamlFile } from "../core/yaml.ts";
import type { Deployment } from "../services/deployment.ts";
import { local } from "./local.ts";
import { refuseOverlaps } from "./overlaps.ts";
import { parseDeployment } from "./parse.ts";
import { production } from "./production.ts";
import { fromSiteFile } from "./site-paths.ts";
import { isShipped, SHIPPED, type ShippedName, SITE, sourceOf } from "./source.ts";
import { type Rewritten, toToday } from "./versions.ts";

/** The deployments that ship with the kit, by name. */
const shipped: Readonly<Record<ShippedName, unknown>> = { local, production };

/**
 * Reads which deployments are meant: `EXPLOREIOT_CONFIG` holds the name of a shipped one or the path of a
 * site file, or of a folder of them; unset means all shipped ones, as `cdktf synth` expects.
 */
export async function loadDeployments(env: NodeJS.ProcessEnv = process.env): Promise<readonly Deployment[]> {
  const wanted = env.EXPLOREIOT_CONFIG;
  if (wanted && isFolder(wanted)) return loadWhole(wanted);
  return wanted
    ? [await loadDeployment(wanted)]
    : Object.entries(shipped).map(([name, input]) => parseDeployment(input, `config/${name}.ts`));
}

/** Files with such a name that are no site files, next to which site files may be. */
const OTHERS = /^\.|^(cdktf|package|package-lock|tsconfig)\.json$|\.schema\.json$/;

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

/** One site of a folder: its file, and its deployment or why there is none. */
export type LoadedSite = { readonly file: string } & (
  | { readonly deployment: Deployment }
  | { readonly error: UserError }
);

/**
 * The sites of a folder by the names of their files. A file that is not sound keeps nobody from the others.
 *
 * @throws UserError if there is none, or if two of them cannot be there together
 */
export async function loadFolder(folder: string): Promise<readonly LoadedSite[]> {
  const sites: LoadedSite[] = [];
  for (const file of siteFilesIn(folder)) {
    try {
      sites.push({ file, deployment: await loadDeployment(file) });
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      sites.push({ file, error });
    }
  }
  refuseOverlaps(sites.filter((site) => "deployment" in site));
  return sites;
}

/** All of a folder, or none: what cannot be read is told of every file. */
async function loadWhole(folder: string): Promise<readonly Deployment[]> {
  const sites = await loadFolder(folder);
  const errors = sites.flatMap((site) => ("error" in site ? [site.error.render()] : []));
  if (errors.length > 0) throw new UserError(errors.join("\n"));
  return sites.flatMap((site) => ("deployment" in site ? [site.deployment] : []));
}

function siteFilesIn(folder: string): readonly string[] {
  const stands = "a folder of site files, each a .yaml, .yml or .json file";
  if (!isFolder(folder)) throw new UserError(`${folder}: is no folder; allowed: ${stands}`);
  const files = readdirSync(folder)
    .filter((name) => SITE.test(name) && !OTHERS.test(name))
    .sort();
  if (files.length === 0)
    throw new UserError(
      `${folder}: has no site file; allowed: ${stands}`,
      `${shellCommand("exploreiot", "init", join(folder, "site.yaml"))} writes one to start from`,
    );
  return files.map((name) => join(folder, name));
}

/**
 * @param source `local`, `production`, the path of a .yaml, .yml or .json file, or a name as `sourceOf` takes it
 * @throws UserError if there is no such thing, or it cannot be read, or it is not sound
 */
export async function loadDeployment(given: string): Promise<Deployment> {
  const source = sourceOf(given);
  if (isShipped(source)) return parseDeployment(shipped[source], `config/${source}.ts`);
  if (isFolder(source))
    throw new UserError(
      `${source}: is a folder of sites; allowed here: one of its files`,
      `${shellCommand("exploreiot", "sites", "--help")} lists what can be done with all of them`,
    );
  if (!SITE.test(source)) {
    throw new UserError(
      `configuration ${JSON.stringify(source)}: unknown; allowed: ${SHIPPED.join(", ")}, a .yaml, .yml or .json file, or a name that exploreiot list shows with one`,
      "exploreiot init writes a commented site file to start from",
    );
  }
  const { value, lineOf } = await siteFile(source);
  return fromSiteFile(parseDeployment(value, source, lineOf), dirname(resolve(source)));
}

/** A configuration's own text, before anything is filled in. */
export async function writtenIn(given: string): Promise<unknown> {
  const source = sourceOf(given);
  return isShipped(source) ? shipped[source] : (await siteFile(source)).value;
}

/** A site file as it would be written today, and what an older version of it said otherwise. */
export interface SiteFile extends YamlFile {
  readonly rewritten: readonly Rewritten[];
}

/**
 * @param source the path of a .yaml, .yml or .json file
 * @throws UserError if it cannot be read
 */
export async function siteFile(source: string): Promise<SiteFile> {
  const text = readSite(source);
  const other = enterProject(source);
  if (other !== undefined)
    throw new UserError(
      `${source}: is of another project than ${other}, which this program works in already`,
      "put a cdktf.json into a folder above both, which is then the project's, or run one program for each",
    );
  const { readYaml } = await import("../core/yaml.ts");
  let rewritten: readonly Rewritten[] = [];
  const file = readYaml(text, source, (document) => {
    rewritten = toToday(document, dirname(resolve(source)));
    return rewritten.length > 0;
  });
  return { ...file, rewritten };
}

function readSite(path: string): string {
  try {
    return readPlainFile(path).toString();
  } catch (error) {
    throw new UserError(
      `${path}: ${fileProblem(error)}`,
      `${shellCommand("exploreiot", "init", basename(path))} writes one to start from`,
    );
  }
}
