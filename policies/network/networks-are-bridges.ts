import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

/**
 * With `macvlan` and `ipvlan` containers are machines of the LAN: no published port, no firewall of the host.
 */
export const networksAreBridges = definePolicy({
  id: "NET-017",
  severity: "medium",
  title: "networks are bridges, in a swarm overlays",
  allowed: "driver unset, bridge or overlay",
  fix: "use a bridge and publish what has to be reached",
  source: "Docker documentation, network drivers",
  looksAt: ["docker_network"],
  check: ({ block }) =>
    must(block, "driver", (driver) => isUnset(driver) || driver === "bridge" || driver === "overlay"),
});
