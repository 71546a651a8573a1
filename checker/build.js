import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BUNDLING } from "../bin/bundle.js";

// The checker as one file, which needs Node and nothing else. Packages come from here where the kit's are not installed.
const folder = fileURLToPath(new URL(".", import.meta.url));
const root = resolve(folder, "..");
const dist = join(folder, "dist");
rmSync(dist, { recursive: true, force: true });
const { metafile } = await build({
  ...BUNDLING,
  entryPoints: [join(folder, "main.ts")],
  outfile: join(dist, "exploreiot-policies.js"),
  format: "esm",
  banner: {
    // The CommonJS packages inside call require for Node's own modules.
    js: '#!/usr/bin/env node\nimport{createRequire as __createRequire}from"node:module";const require=__createRequire(import.meta.url);',
  },
  nodePaths: [join(folder, "node_modules")],
  metafile: true,
});
for (const name of ["report.schema.json", "settings.schema.json"])
  cpSync(join(root, "policies", name), join(dist, name));
cpSync(join(root, "LICENSE"), join(dist, "LICENSE"));

// Licenses ask for their text wherever the code goes.
const packages = Object.keys(metafile.inputs).flatMap(
  (path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? [],
);
const texts = [...new Set(packages)].sort().flatMap((path) => {
  const place = resolve(root, path);
  const { name, version, license } = JSON.parse(readFileSync(join(place, "package.json"), "utf8"));
  const file = readdirSync(place).find((entry) => /^licen[cs]e/i.test(entry));
  const text = file === undefined ? "" : readFileSync(join(place, file), "utf8").trim();
  return [`${name} ${version} (${license})`, text, ""];
});
writeFileSync(join(dist, "LICENSES-OF-PACKAGES.txt"), texts.join("\n\n"));
