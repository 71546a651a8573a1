import { existsSync, readdirSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { deploymentHome, projectRoot } from "./home.ts";
import { readIfThere, replaceFile } from "./private-files.ts";

/** Below a deployment's own directory: the path of its site file, relative to the project. */
const FILE = "site";

/** Notes which file a deployment was last made from, so that its name alone is enough from then on. */
export function rememberSite(name: string, siteFile: string): void {
  const home = deploymentHome(name);
  const path = relative(projectRoot, resolve(siteFile));
  // A file that only tests or one command had is not worth a folder of its own.
  if (existsSync(home) && readIfThere(join(home, FILE)) !== path) replaceFile(join(home, FILE), path, 0o600);
}

/** The site file that a deployment was last made from; undefined if none is known, or it is gone. */
export function siteFileOf(name: string): string | undefined {
  if (!/^[a-z0-9-]+$/.test(name)) return undefined;
  const path = readIfThere(join(deploymentHome(name), FILE));
  if (path === undefined) return undefined;
  const file = resolve(projectRoot, path);
  return existsSync(file) ? relative(process.cwd(), file) || file : undefined;
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
