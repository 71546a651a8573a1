import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const pluginsAskForEachRight = definePolicy({
  id: "IMG-012",
  severity: "high",
  title: "a plugin gets the rights that are written down",
  why: "A plugin runs as root on the host; its next version may ask for more, and gets it.",
  avoid: `{"resource": {"docker_plugin": {"volumes": {
  "name": "vieux/sshfs:latest", "grant_all_permissions": true
}}}}`,
  prefer: `{"resource": {"docker_plugin": {"volumes": {
  "name": "vieux/sshfs:latest", "grant_permissions": [{"name": "network", "value": ["host"]}]
}}}}`,
  allowed: "grant_all_permissions unset or false",
  fix: "write grant_permissions out",
  source: "kreuzwerker/docker 4.5, docker_plugin",
  dialect: "terraform",
  looksAt: ["docker_plugin"],
  check: ({ block }) => must(block, "grant_all_permissions", isUnsetOrFalse),
});
