import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { refuseOtherGround, warnOfEndedNode } from "./ground.js";
import { installPackages } from "./packages.js";

// npm start: from a bare checkout to a running stack. Programs that this machine lacks are installed by `up --setup`.
const root = dirname(dirname(fileURLToPath(import.meta.url)));

refuseOtherGround();
warnOfEndedNode();
if (!(await installPackages(root))) process.exit(1);
const up = [join(root, "bin", "exploreiot.js"), "up", "--setup", ...process.argv.slice(2)];
process.exitCode = spawnSync(process.execPath, up, { stdio: "inherit" }).status ?? 1;
