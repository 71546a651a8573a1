import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

/**
 * In the namespace of the host published ports are discarded, and everything the program listens on is open.
 */
export const networkNamespaceIsItsOwn = definePolicy({
  id: "CTR-019",
  severity: "high",
  title: "no container shares the network namespace of the host or of another container",
  allowed: "network_mode unset or none",
  fix: "remove network_mode; join networks with networksAdvanced",
  source: "docs/architecture.md, provider rule 8",
  looksAt: ["docker_container"],
  check: ({ block }) => must(block, "network_mode", (value) => !/^(host$|container:)/.test(String(value))),
});
