import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm ci` in a folder, unless what is installed is what the lock file says. Uses Node alone: it runs when nothing
 * is installed yet.
 *
 * @param {string} folder that holds package-lock.json
 * @returns {boolean} whether the packages are there
 */
export function installPackages(folder) {
  const mark = join(folder, "node_modules", ".installed-from");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return true;
  process.stderr.write(`· npm ci (${folder})\n`);
  const { status } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
  });
  if (status !== 0) {
    process.stderr.write(
      "error: npm ci failed; check the network and the messages above, then run this again\n",
    );
    return false;
  }
  writeFileSync(mark, wanted);
  return true;
}
