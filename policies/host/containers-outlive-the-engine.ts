import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, must } from "../values.ts";

export const containersOutliveTheEngine = definePolicy({
  id: "DMN-004",
  severity: "medium",
  title: "containers go on while the engine restarts",
  why: "Without it each update of the engine stops every container. The engine refuses it in a swarm.",
  avoid: `# daemon.json
{"live-restore": false}`,
  prefer: `# daemon.json
{"live-restore": true}`,
  allowed: "live-restore true, except in a swarm",
  fix: 'set "live-restore": true',
  source: "CIS Docker Benchmark 1.6.0, 2.15",
  looksAt: ["file/daemon.json"],
  where: (_, stack) => stack.of(["docker_service"]).length === 0,
  check: (file) => must(daemonJson(file), "live-restore", isTrue),
});
