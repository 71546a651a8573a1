import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { isFalse, must } from "../values.ts";

export const defaultBridgeHasNoIcc = definePolicy({
  id: "DMN-001",
  severity: "medium",
  title: "containers on the default bridge do not reach each other",
  why: "Containers that somebody starts without a network land on the default bridge, together.",
  avoid: `# daemon.json
{"icc": true}`,
  prefer: `# daemon.json
{"icc": false}`,
  allowed: "icc false",
  fix: 'set "icc": false',
  source: "CIS Docker Benchmark 1.6.0, 2.2",
  looksAt: ["file/daemon.json"],
  check: (file) => must(daemonJson(file), "icc", isFalse),
});
