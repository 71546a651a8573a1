import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must } from "../values.ts";

export const privilegesAreNotGained = definePolicy({
  id: "DMN-003",
  severity: "high",
  title: "processes of containers gain no privileges, unless a container says so",
  why: "A swarm service has no option of its own for it.",
  avoid: `# daemon.json
{"no-new-privileges": false}`,
  prefer: `# daemon.json
{"no-new-privileges": true}`,
  allowed: "no-new-privileges true",
  fix: 'set "no-new-privileges": true',
  source: "CIS Docker Benchmark 1.6.0, 2.14",
  looksAt: ["file/daemon.json"],
  check: (file) => must(daemonJson(file), "no-new-privileges", isTrue),
});
