import { BRIDGE_OPTION, isBridge, optionsOf } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, isUnset, must } from "../values.ts";

const MODE = `${BRIDGE_OPTION}gateway_mode_ipv4`;

const OLDER = {
  notEnforceable: `containers of an internal network reach services of the host at the bridge's address; options "${MODE}" isolated stops that on Docker Engine 28 and later, and no file shows the engine's version`,
};

export const internalNetworksAreIsolated = definePolicy({
  id: "NET-026",
  severity: "low",
  title: "an internal network has no address of the host on it",
  why: "Internal means no way out through the host, not no way to the host.",
  avoid: `services:
  db: {image: "postgres:17", networks: [data]}
networks:
  data:
    internal: true
    driver_opts:
      com.docker.network.bridge.gateway_mode_ipv4: nat`,
  prefer: `services:
  db: {image: "postgres:17", networks: [data]}
networks:
  data:
    internal: true
    driver_opts:
      com.docker.network.bridge.gateway_mode_ipv4: isolated
      com.docker.network.bridge.gateway_mode_ipv6: isolated`,
  allowed: `options "${MODE}" isolated`,
  fix: "set the option where the engine is 28 or later",
  source: "Docker Engine 28 release notes, gateway mode isolated",
  looksAt: ["docker_network"],
  where: (network) => isBridge(network) && isTrue(network.block.internal),
  check: (network) => {
    const options = optionsOf(network);
    return isUnset(options[MODE] ?? undefined) ? [OLDER] : must(options, MODE, (mode) => mode === "isolated");
  },
});
