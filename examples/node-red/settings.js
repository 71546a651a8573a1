// Node-RED's own settings. There is no editor: the flow is part of the deployment, and is changed in flows.json.
const { existsSync, mkdirSync, symlinkSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");

const FILES = "/run/exploreiot";

// Node-RED looks for credentials and its list of nodes in this folder alone; what the deployment delivers is read-only.
const userDir = "/tmp/node-red";
const credentials = join(userDir, "flows_cred.json");
mkdirSync(userDir, { recursive: true });
writeFileSync(join(userDir, "package.json"), "{}");
if (!existsSync(credentials)) symlinkSync(join(FILES, "flows_cred.json"), credentials);

module.exports = {
  uiPort: 1880,
  userDir,
  flowFile: join(FILES, "flows.json"),
  readOnly: true,
  credentialSecret: false,
  httpAdminRoot: false,
  httpNodeRoot: "/flows",
  logging: { console: { level: "info", metrics: false, audit: false } },
};
