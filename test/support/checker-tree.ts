import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";

/** The files that the checker is built of, and those that lead to it. */
const TREE = [
  ...["action.yml", ".pre-commit-hooks.yaml", "LICENSE", "package.json", "tsconfig.json"],
  ...["bin", "checker", "cli", "core", "policies", "site"],
];

const BUILT = /\/checker\/(dist|node_modules)(\/|$)/;

/** Copies the sources of the checker as a clone of the repository has them: nothing is installed, nothing is built. */
export function copyCheckerTo(folder: string): void {
  for (const path of TREE)
    if (existsSync(join(projectRoot, path)))
      cpSync(join(projectRoot, path), join(folder, path), {
        recursive: true,
        filter: (source) => !BUILT.test(source),
      });
}
