import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

// npm pack: what a package runs and what its users import, made of nothing but the sources there are now.
const root = dirname(dirname(fileURLToPath(import.meta.url)));
rmSync(join(root, "lib"), { recursive: true, force: true });
const tsc = join(root, "node_modules", ".bin", "tsc");
process.exitCode = spawnSync(tsc, ["-p", "tsconfig.build.json"], { cwd: root, stdio: "inherit" }).status ?? 1;
