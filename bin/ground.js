/**
 * Why the kit does not run here, and what to do; undefined where it does. Uses Node alone: it runs when nothing is
 * installed yet, and on versions of Node that read no newer syntax.
 *
 * @param {string} platform
 * @param {string} version
 */
function groundProblem(platform = process.platform, version = process.versions.node) {
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
  return undefined;
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
