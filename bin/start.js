const { spawnSync } = require("node:child_process");
const { dirname, join } = require("node:path");
const { refuseOtherGround, warnOfEndedNode } = require("./ground.js");
const { installPackages } = require("./packages.js");

// npm start: from a bare checkout to a running stack. Programs that this machine lacks are installed by `up --setup`.
const root = dirname(__dirname);

refuseOtherGround();
warnOfEndedNode();
installPackages(root).then((isInstalled) => {
  if (!isInstalled) process.exit(1);
  const up = [join(root, "bin", "exploreiot.js"), "up", "--setup", ...process.argv.slice(2)];
  process.exitCode = spawnSync(process.execPath, up, { stdio: "inherit" }).status ?? 1;
});
