import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const networksAreBridges = definePolicy({
  id: "NET-017",
  severity: "medium",
  title: "networks are bridges, in a swarm overlays",
  why: "With `macvlan` and `ipvlan` containers are machines of the LAN: no published port, no firewall of the host.",
  avoid: `services:
  web: {image: "nginx:1.27", networks: [lan]}
networks: {lan: {driver: macvlan}}`,
  prefer: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks: {web: {driver: bridge}}`,
  allowed: "driver unset, bridge or overlay",
  fix: "use a bridge and publish what has to be reached",
  source: "Docker documentation, network drivers",
  looksAt: ["docker_network"],
  check: ({ block }) =>
    must(block, "driver", (driver) => isUnset(driver) || driver === "bridge" || driver === "overlay"),
});
