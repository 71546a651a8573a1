import type { Resource, StackDocument } from "../document.ts";
import { filesWith, isProvided } from "../facts/deliveries.ts";
import { commandOf, optionOf } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { parseOnce, TextIsUnknown } from "../facts/parsed-files.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { parseNodeRedSettings } from "../files/node-red-settings.ts";
import { definePolicy } from "../policy.ts";

export const editorAsksForALogin = definePolicy({
  id: "NOD-001",
  severity: "critical",
  title: "the editor of Node-RED asks for a login",
  why: "Everybody who reaches the editor can run any program in the container, read the credentials of all flows and send anything to the devices. Without adminAuth nobody is asked who they are.",
  avoid: 'image: nodered/node-red:4.0.9\nports: ["1880:1880"]',
  prefer: 'image: nodered/node-red:4.0.9\nports: ["127.0.0.1:1880:1880"]\nvolumes: ["flows:/data"]',
  allowed:
    "adminAuth in settings.js; or httpAdminRoot false or disableEditor true there, which leaves no editor",
  fix: "write adminAuth with the hash of a password (node-red admin hash-pw) into the settings.js in /data",
  source: "Node-RED documentation, securing Node-RED",
  looksAt: RUNS,
  where: isProduct("node-red"),
  check: (resource, stack) => byExposure([resource], "medium", isGuarded(resource, stack) ? [] : [OPEN]),
});

const OPEN = "settings.js has no adminAuth, so the editor asks nobody who they are";
const PATH = "/data/settings.js";

function isGuarded(resource: Resource, stack: StackDocument): boolean {
  const words = commandOf(resource);
  if (words.some((word) => word.includes("adminAuth"))) return true;
  const own = optionOf(words, "--settings") ?? optionOf(words, "-s") ?? PATH;
  const files = own === PATH ? filesWith(resource, "settings.js", stack) : [];
  if (files.length === 0) {
    if (own !== PATH || isProvided(PATH, resource, stack))
      throw new TextIsUnknown(`${own}: its text is not known here`);
    return false;
  }
  return files
    .map((file) => parseOnce(file, parseNodeRedSettings))
    .some(
      (settings) =>
        settings.has("adminAuth") ||
        settings.get("httpAdminRoot") === "false" ||
        settings.get("disableEditor") === "true",
    );
}
