import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * `npm ci` in a folder, unless what is installed is what the lock file says. Uses Node alone: it runs when nothing
 * is installed yet.
 *
 * @param {string} folder that holds package-lock.json
 * @returns {Promise<boolean>} whether the packages are there
 */
export async function installPackages(folder) {
  const mark = join(folder, "node_modules", ".installed-from");
  const wanted = createHash("sha256")
    .update(readFileSync(join(folder, "package-lock.json")))
    .digest("hex");
  if (existsSync(mark) && readFileSync(mark, "utf8") === wanted) return true;
  process.stderr.write(`· npm ci (${folder})\n`);
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
  });
  const [status] = await once(npm, "close");
  if (status !== 0) {
    process.stderr.write(
      "error: npm ci failed; check the network and the messages above, then run this again\n",
    );
    return false;
  }
  writeFileSync(mark, wanted);
  return true;
}
