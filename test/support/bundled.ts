import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { projectRoot } from "../../core/home.ts";

/**
 * Bundles a program whose imports are relative to the project: a process of its own cannot run TypeScript.
 *
 * @returns its path
 */
export async function bundled(name: string, contents: string): Promise<string> {
  const folder = join(projectRoot, "node_modules", ".cache", "exploreiot-test");
  mkdirSync(folder, { recursive: true });
  const outfile = join(folder, `${name}-${process.pid}.mjs`);
  await build({
    stdin: { contents, resolveDir: projectRoot, loader: "ts" },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    packages: "external",
  });
  return outfile;
}
