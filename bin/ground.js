const { accessSync, constants } = require("node:fs");
const { tmpdir } = require("node:os");
const { isAbsolute } = require("node:path");

/**
 * Why the kit does not run here, and what to do; undefined where it does. Uses Node alone: it runs when nothing is
 * installed yet, and on versions of Node that read no newer syntax.
 *
 * @param {string} platform
 * @param {string} version
 * @param {string} temporary the folder for temporary files
 */
function groundProblem(platform = process.platform, version = process.versions.node, temporary = tmpdir()) {
  if (platform === "win32")
    return "error: Windows itself; allowed: Linux, macOS, and Linux inside Windows (WSL2)\n  → wsl --install, then clone and run this inside: https://learn.microsoft.com/windows/wsl/install\n";
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19))
    return `error: Node ${version}; allowed: 20.19 or newer\n  → https://nodejs.org/en/download\n`;
  try {
    process.cwd();
  } catch {
    return "error: the folder that this runs in is gone, or closed to this user\n  → cd into another one\n";
  }
  if (__dirname.includes("\\"))
    return `error: ${__dirname}: a path with a backslash, from which Node loads no modules\n  → rename that folder, or clone to another place\n`;
  if (!isWritable(temporary))
    return `error: the folder for temporary files (TMPDIR): ${temporary}; allowed: the absolute path of a folder that this user may write\n  → name such a folder in TMPDIR, or unset it\n`;
  return undefined;
}

/** The programs that the kit starts have other folders as their own, and would look for a relative path there. */
function isWritable(folder) {
  try {
    accessSync(`${folder}/.`, constants.W_OK | constants.X_OK);
    return isAbsolute(folder);
  } catch {
    return false;
  }
}

function refuseOtherGround() {
  const problem = groundProblem();
  if (problem === undefined) return;
  process.stderr.write(problem);
  process.exit(1);
}

/** For whom starts the kit by hand: it runs on Node 20, which stands on many machines and gets no fixes. */
function warnOfEndedNode() {
  if (!process.versions.node.startsWith("20.")) return;
  process.stderr.write(
    `warning: Node ${process.versions.node} gets no security updates any more (since April 2026); 24 does until April 2028\n`,
  );
}

module.exports = { groundProblem, refuseOtherGround, warnOfEndedNode };
