import { isLoopback } from "../facts/addresses.ts";
import { BRIDGE_OPTION, isBridge, optionsOf } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { must } from "../values.ts";

const HOST_BINDING = `${BRIDGE_OPTION}host_binding_ipv4`;

export const unstatedBindingsAreLoopback = definePolicy({
  id: "NET-014",
  severity: "low",
  title: "a port that is published on a local network without an address is on loopback",
  why: "The second belt on a developer's machine: what somebody publishes on this network without an address stays there.",
  avoid: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks: {web: {}}`,
  prefer: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks:
  web: {driver_opts: {com.docker.network.bridge.host_binding_ipv4: 127.0.0.1}}`,
  allowed: `options "${HOST_BINDING}" 127.0.0.1`,
  fix: "set the option",
  source: "Docker documentation, bridge network driver",
  enforcedIn: ["local"],
  looksAt: ["docker_network"],
  where: isBridge,
  check: (network) => must(optionsOf(network), HOST_BINDING, isLoopback),
});
