const { spawn } = require("node:child_process");
const { once } = require("node:events");
const { readFileSync } = require("node:fs");
const { join } = require("node:path");

/**
 * `npm ci` in a folder, unless what is installed is what the lock file says, no matter who installed it. Uses Node
 * alone: it runs when nothing is installed yet.
 *
 * @param {string} folder that holds package-lock.json
 * @returns {Promise<boolean>} whether the packages are there
 */
async function installPackages(folder) {
  if (areInstalled(folder)) return true;
  process.stderr.write(`· npm ci (${folder})\n`);
  const npm = spawn("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"], {
    cwd: folder,
    stdio: ["ignore", 2, 2],
  });
  const [status] = await once(npm, "close").catch((error) => [error.message]);
  if (status === 0) return true;
  process.stderr.write(
    `error: npm ci failed (${status}); check the network and the messages above, then run this again\n`,
  );
  return false;
}

/**
 * Whether npm's own record of what it installed, which it writes last, is what the lock file says. Packages for other
 * systems are in the lock file alone.
 *
 * @param {string} folder
 */
function areInstalled(folder) {
  const wanted = packagesIn(join(folder, "package-lock.json"));
  const installed = packagesIn(join(folder, "node_modules", ".package-lock.json"));
  return Object.entries(wanted).every(([path, { version, integrity, optional, devOptional }]) => {
    const found = installed[path];
    if (path === "" || (found === undefined && (optional || devOptional))) return true;
    return found?.version === version && found?.integrity === integrity;
  });
}

/** @returns {Record<string, {version?: string, integrity?: string, optional?: boolean, devOptional?: boolean}>} */
function packagesIn(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages;
  } catch {
    return {};
  }
}

module.exports = { installPackages, areInstalled };
