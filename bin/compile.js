const { spawnSync } = require("node:child_process");
const { rmSync } = require("node:fs");
const { dirname, join } = require("node:path");

// npm pack: what a package runs and what its users import, made of nothing but the sources there are now.
const root = dirname(__dirname);
rmSync(join(root, "lib"), { recursive: true, force: true });
const tsc = join(root, "node_modules", ".bin", "tsc");
process.exitCode = spawnSync(tsc, ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" }).status ?? 1;
