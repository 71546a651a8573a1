#!/usr/bin/env node
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

// The checker from a clone of this repository, for the GitHub Action and the pre-commit hook: built at the first start.
const folder = fileURLToPath(new URL(".", import.meta.url));
const program = fileURLToPath(new URL("dist/exploreiot-policies.js", import.meta.url));

if (!existsSync(program)) {
  // Only standard error: standard output is the report.
  const step = (...argv) =>
    spawnSync(argv[0], argv.slice(1), { cwd: folder, stdio: ["ignore", 2, 2] }).status === 0;
  const isBuilt =
    step("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error") &&
    step(process.execPath, "build.js");
  if (!isBuilt) {
    process.stderr.write(
      "error: exploreiot-policies cannot be built; check the messages above and the network, then run this again\n",
    );
    process.exit(3);
  }
}
await import(program);
