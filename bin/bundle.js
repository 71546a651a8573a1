import { existsSync, readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { areInstalled } from "./packages.js";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sources = [
  "main.ts",
  "config",
  "core",
  "services",
  "site",
  "firewall",
  "pki",
  "constructs",
  "stacks",
  "policies",
  "runners",
  "render",
  "cli",
];
const stamp = join(root, "dist", "main.js");

/** @satisfies {import("esbuild").BuildOptions} */
export const BUNDLING = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  // cdktf zips TerraformAssets with archiver, which takes 90 ms to load; the kit has no such assets.
  alias: { archiver: "./bin/no-archiver.js" },
  plugins: [
    {
      // cdktf notes for each token the whole stack on which it was made, for its own error messages: an eighth of a synthesis.
      name: "no-creation-stacks",
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/stack-trace$/ }, ({ importer }) =>
          /[\\/]cdktf[\\/]lib[\\/]/.test(importer)
            ? { path: join(root, "bin", "no-creation-stacks.js") }
            : undefined,
        ),
    },
    {
      // The messages of zod in 50 other languages: a quarter of what a verb loads.
      name: "no-locales",
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
          /[\\/]zod[\\/]v4[\\/]/.test(importer) ? { path: join(root, "bin", "no-locales.js") } : undefined,
        ),
    },
  ],
  // The CommonJS packages inside call require for Node's own modules.
  banner: {
    js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  logLevel: "silent",
};

/**
 * Makes dist/ from the sources when it is missing or older than one of them, and returns the path of one of its
 * entries. Running a bundle takes 0.13 s where running the sources through a compiler takes 0.5 s and more.
 *
 * @param {"main" | "cli"} entry
 */
export async function bundled(entry) {
  const built = existsSync(stamp) ? statSync(stamp).mtimeMs : 0;
  if (newest([...sources, "package.json", "bin/bundle.js"]) > built) await build();
  return join(root, "dist", `${entry}.js`);
}

/** @param {string[]} paths relative to the root */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const status = statSync(join(root, path), { throwIfNoEntry: false });
    if (status === undefined) continue;
    const inside = status.isDirectory()
      ? newest(readdirSync(join(root, path)).map((name) => join(path, name)))
      : 0;
    latest = Math.max(latest, status.mtimeMs, inside);
  }
  return latest;
}

/** A fresh clone, or one that was updated: said instead of where Node or esbuild stumbled. */
function packagesAreMissing(error) {
  if (areInstalled(root)) throw error;
  process.stderr.write(
    `error: the packages of the kit are not installed in ${root}, or not all of them\n  → npm ci installs them; npm start does that, too, and deploys the local stack\n`,
  );
  return process.exit(1);
}

async function build() {
  const { build } = await import("esbuild").catch(packagesAreMissing);
  // Next to dist and then in its place: commands that start together never run half a bundle.
  const draft = join(root, `dist.${process.pid}`);
  await build({
    ...BUNDLING,
    entryPoints: { main: "main.ts", cli: "cli/main.ts" },
    outdir: draft,
    splitting: true,
    // Rules of one's own are compiled with it, by those who have some.
    external: ["esbuild"],
  }).catch(packagesAreMissing);
  const old = `${draft}.old`;
  try {
    if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), old);
    renameSync(draft, join(root, "dist"));
  } catch (error) {
    // Another command was quicker; its bundle is made of the same sources.
    if (error.code !== "ENOTEMPTY" && error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  } finally {
    rmSync(old, { recursive: true, force: true });
    rmSync(draft, { recursive: true, force: true });
  }
}
