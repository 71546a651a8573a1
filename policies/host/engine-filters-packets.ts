import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { isUnsetOrTrue, must } from "../values.ts";

export const engineFiltersPackets = definePolicy({
  id: "DMN-007",
  severity: "high",
  title: "the engine keeps its packet filter",
  why: "Turned off, the engine neither isolates networks from each other nor publishes through the kernel; people do it to keep published ports behind ufw, and lose both.",
  avoid: `# daemon.json
{"iptables": false}`,
  prefer: `# daemon.json
{"iptables": true}`,
  allowed: "iptables and ip6tables unset or true",
  fix: "remove the setting; close ports in a table of your own",
  source: "CIS Docker Benchmark 1.6.0, 2.4; Docker documentation, packet filtering and firewalls",
  looksAt: ["file/daemon.json"],
  check: (file) => ["iptables", "ip6tables"].flatMap((name) => must(daemonJson(file), name, isUnsetOrTrue)),
});
