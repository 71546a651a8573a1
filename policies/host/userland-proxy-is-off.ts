import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { isFalse, must } from "../values.ts";

export const userlandProxyIsOff = definePolicy({
  id: "DMN-002",
  severity: "medium",
  title: "published ports are forwarded by the kernel alone",
  why: "The proxy serves IPv6 clients of containers that have IPv4 only, past rules at the hook forward, and every client then has the bridge's address.",
  avoid: `# daemon.json
{"userland-proxy": true}`,
  prefer: `# daemon.json
{"userland-proxy": false}`,
  allowed: "userland-proxy false",
  fix: 'set "userland-proxy": false',
  source: "CIS Docker Benchmark 1.6.0, 2.16",
  looksAt: ["file/daemon.json"],
  check: (file) => must(daemonJson(file), "userland-proxy", isFalse),
});
