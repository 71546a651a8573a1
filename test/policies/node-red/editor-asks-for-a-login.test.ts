import { editorAsksForALogin } from "../../../policies/node-red/editor-asks-for-a-login.ts";
import { judges } from "../judging.ts";
import { FILE, LOOPBACK_PORT, OPEN_PORT, UNSEEN } from "../programs.ts";

const nodeRed = { image: "nodered/node-red:4.0.9" };
const open = "settings.js has no adminAuth, so the editor asks nobody who they are";
const settings = (text: string) => ({ ...nodeRed, ...FILE("/data/settings.js", text) });

judges(editorAsksForALogin, "NOD-001", {
  rejects: [
    { name: "one as it comes", given: { ...nodeRed, ...OPEN_PORT(1880) }, evidence: [open] },
    {
      name: "on loopback",
      given: { ...nodeRed, ...LOOPBACK_PORT(1880) },
      evidence: [{ severity: "medium", text: open }],
    },
    {
      name: "a login that stands in comments and texts",
      given: {
        ...settings(
          'module.exports = {\n  // adminAuth: { type: "credentials" },\n  /* adminAuth: {} */\n  uiHost: "// adminAuth: {",\n  httpAdminRoot: "/admin",\n};\n',
        ),
        ...OPEN_PORT(1880),
      },
      evidence: [open],
    },
    {
      name: "data of which nothing is known",
      given: { ...nodeRed, ...UNSEEN("/data") },
      evidence: ["cannot be judged: /data/settings.js: its text is not known here"],
    },
    {
      name: "settings elsewhere",
      given: { ...nodeRed, command: ["node-red", "--settings", "/conf/s.js"] },
      evidence: ["cannot be judged: /conf/s.js: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "a login",
      given: {
        ...settings(
          'module.exports = {\n  flowFile: "flows.json", // where\n  adminAuth: {\n    type: "credentials",\n  },\n};\n',
        ),
        ...OPEN_PORT(1880),
      },
    },
    { name: "no editor", given: settings("module.exports = { httpAdminRoot: false }") },
    { name: "an editor that is off", given: settings("module.exports = { disableEditor: true }") },
    { name: "a login by an option", given: { ...nodeRed, command: ["-D", "adminAuth=@/conf/auth.json"] } },
    { name: "another program", given: { image: "node:22" }, examined: 0 },
  ],
});
