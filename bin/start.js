import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { installPackages } from "./packages.js";

// npm start: from a bare checkout to a running stack. What this machine lacks is installed by `up --setup`.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);

if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `error: Node ${process.versions.node}; allowed: 20.19 or newer\n  → https://nodejs.org/en/download\n`,
  );
  process.exit(1);
}
if (!(await installPackages(root))) process.exit(1);
const up = [join(root, "bin", "exploreiot.js"), "up", "--setup", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, up, { stdio: "inherit" }).status ?? 1;
