import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const directRoutingIsOff = definePolicy({
  id: "DMN-009",
  severity: "high",
  title: "nobody routes directly to containers",
  why: "Either setting brings back what Engine 28 closed: neighbours that route to containers.",
  avoid: `# daemon.json
{"allow-direct-routing": true}`,
  prefer: `# daemon.json
{"allow-direct-routing": false}`,
  allowed: "allow-direct-routing unset or false, and no DOCKER_INSECURE_NO_IPTABLES_RAW",
  fix: "remove the setting, and publish the ports that are needed",
  source: "Docker documentation, packet filtering and firewalls; Docker Engine 28.0.2 release notes",
  looksAt: ["file/daemon.json"],
  check: (file) => [
    ...must(daemonJson(file), "allow-direct-routing", isUnsetOrFalse),
    {
      notEnforceable:
        "DOCKER_INSECURE_NO_IPTABLES_RAW stands in the environment of dockerd, not in this file: systemctl show docker --property=Environment",
    },
  ],
});
