import { weighing } from "../evidence.ts";
import { isFirewall } from "../facts/containers.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

export const networkNamespaceIsItsOwn = definePolicy({
  id: "CTR-019",
  severity: "high",
  title: "no container shares the network namespace of the host or of another container",
  why: "In the namespace of the host published ports are discarded, and everything the program listens on is open.",
  avoid: "network_mode: host",
  prefer: "networks: [web]",
  allowed: "network_mode unset or none; host for the firewall, which has CAP_NET_ADMIN alone",
  fix: "remove network_mode, and join networks",
  words: {
    compose: { allowed: "network_mode unset or none", fix: "remove network_mode, and list networks" },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.10; docs/architecture.md, provider rule 8",
  looksAt: ["docker_container"],
  check: (resource) => {
    const found = must(
      resource.block,
      "network_mode",
      (value) =>
        !/^(host$|(container|service):)/.test(String(value)) || (value === "host" && isFirewall(resource)),
    );
    // A container that shares with a service of its own file opens itself to that one alone.
    return /^service:/.test(String(resource.block.network_mode)) ? weighing("medium", found) : found;
  },
});
