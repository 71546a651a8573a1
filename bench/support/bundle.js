import { build } from "esbuild";
import { root } from "./process.js";

/**
 * Makes one file of a program of this folder and the rules that it imports, which Node then starts without a loader.
 *
 * @param {string} entry such as `bench/support/judge.js`
 * @param {string} outfile
 */
export async function bundle(entry, outfile) {
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    external: ["esbuild"],
    banner: {
      js: 'import{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
    },
    logLevel: "error",
  });
  return outfile;
}
