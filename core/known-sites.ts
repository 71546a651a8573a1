import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { deploymentHome, projectRoot } from "./home.ts";
import { readIfThere, replaceFile } from "./private-files.ts";

/** Below a deployment's own directory: the path of its site file, relative to the project. */
const FILE = "site";

/** The same: files that it names, one path a line, relative to the project. */
const NAMED = "site-paths";

/**
 * Notes which file a deployment was last made from, so that its name alone is enough from then on.
 *
 * @param named files and folders that the site file names, relative to the project
 */
export function rememberSite(name: string, siteFile: string, named: readonly string[]): void {
  const home = deploymentHome(name);
  // A file that only tests or one command had is not worth a folder of its own.
  if (!existsSync(home)) return;
  note(join(home, FILE), relative(projectRoot, resolve(siteFile)));
  note(join(home, NAMED), named.map((path) => `${path}\n`).join(""));
}

function note(file: string, text: string): void {
  if (readIfThere(file) !== text) replaceFile(file, text, 0o600);
}

/** The files, and no folders, that the site file of a deployment names and that are there: absolute paths. */
export const filesOfSite = (name: string): readonly string[] =>
  (readIfThere(join(deploymentHome(name), NAMED)) ?? "")
    .split("\n")
    .filter(Boolean)
    .map((path) => resolve(projectRoot, path))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() === true);

/** The site file that a deployment was last made from; undefined if none is known, or it is gone. */
export function siteFileOf(name: string): string | undefined {
  if (!/^[a-z0-9-]+$/.test(name)) return undefined;
  const path = readIfThere(join(deploymentHome(name), FILE));
  if (path === undefined) return undefined;
  const file = resolve(projectRoot, path);
  return existsSync(file) ? relative(process.cwd(), file) || file : undefined;
}

/** The deployments that were last made from a site file: one, unless its name was changed. */
export function deploymentsFrom(siteFile: string): readonly string[] {
  const path = relative(projectRoot, resolve(siteFile));
  return knownDeployments().filter((name) => notedIn(join(deploymentHome(name), FILE)) === path);
}

function notedIn(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

/** The deployments that this project has a directory for. */
export function knownDeployments(): readonly string[] {
  const folder = dirname(deploymentHome("any"));
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}
