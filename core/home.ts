import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder that holds package.json: where cdktf.out, .exploreiot and the image contexts are. */
export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  return existsSync(join(from, "cdktf.json")) ? from : findRoot(dirname(from));
}

/** What one deployment keeps on this machine: secrets, state, the record of the last `up`. Git-ignored, 0700. */
export const deploymentHome = (name: string) => join(projectRoot, ".exploreiot", name);

/** Folder of the synthesized stack of a deployment. */
export const stackFolder = (name: string) => join(projectRoot, "cdktf.out", "stacks", name);
