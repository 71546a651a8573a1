import { isFirewall } from "../containers.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

/**
 * In the namespace of the host published ports are discarded, and everything the program listens on is open.
 */
export const networkNamespaceIsItsOwn = definePolicy({
  id: "CTR-019",
  title: "no container shares the network namespace of the host or of another container",
  allowed: "network_mode unset or none; host for the firewall, which has CAP_NET_ADMIN alone",
  fix: "remove network_mode; join networks with networksAdvanced",
  looksAt: ["docker_container"],
  check: (resource) =>
    must(
      resource.block,
      "network_mode",
      (value) => !/^(host$|container:)/.test(String(value)) || (value === "host" && isFirewall(resource)),
    ),
});
