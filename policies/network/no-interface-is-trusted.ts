import { BRIDGE_OPTION, optionsOf } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

const TRUSTED = `${BRIDGE_OPTION}trusted_host_interfaces`;

export const noInterfaceIsTrusted = definePolicy({
  id: "NET-013",
  severity: "medium",
  title: "no host interface may route directly to containers",
  why: "Through a trusted interface neighbours route straight to containers, past what is published and what is not.",
  avoid: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks:
  web: {driver_opts: {com.docker.network.bridge.trusted_host_interfaces: eth0}}`,
  prefer: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks:
  web: {driver: bridge}`,
  allowed: `options "${TRUSTED}" unset`,
  fix: "remove the option, and publish the ports that are needed",
  source: "Docker documentation, port publishing and mapping",
  looksAt: ["docker_network"],
  check: (network) => must(optionsOf(network), TRUSTED, isUnset),
});
