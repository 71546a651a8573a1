import { BRIDGE_OPTION, optionsOf } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

export const containersAreBehindNat = definePolicy({
  id: "NET-012",
  severity: "critical",
  title: "networks keep the engine's packet filter",
  why: "`nat-unprotected` opens every port of every container to anyone who has a route, published or not; `routed` opens the published ones without DNAT, so that no firewall rule about DNAT sees them.",
  avoid: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks:
  web: {driver_opts: {com.docker.network.bridge.gateway_mode_ipv4: nat-unprotected}}`,
  prefer: `services:
  web: {image: "nginx:1.27", networks: [web]}
networks:
  web: {driver: bridge}`,
  allowed: `options "${BRIDGE_OPTION}gateway_mode_ipv4" and "…_ipv6" unset, nat or isolated`,
  fix: "remove the option",
  source: "Docker documentation, port publishing and mapping",
  looksAt: ["docker_network"],
  check: (network) =>
    ["gateway_mode_ipv4", "gateway_mode_ipv6"].flatMap((name) =>
      must(
        optionsOf(network),
        `${BRIDGE_OPTION}${name}`,
        (mode) => isUnset(mode) || mode === "nat" || mode === "isolated",
      ),
    ),
});
