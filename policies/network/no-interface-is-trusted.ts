import { BRIDGE_OPTION, optionsOf } from "../facts/networks.ts";
import { definePolicy } from "../policy.ts";
import { isUnset, must } from "../values.ts";

const TRUSTED = `${BRIDGE_OPTION}trusted_host_interfaces`;

/**
 * Through a trusted interface neighbours route straight to containers, past what is published and what is not.
 */
export const noInterfaceIsTrusted = definePolicy({
  id: "NET-013",
  severity: "medium",
  title: "no host interface may route directly to containers",
  allowed: `options "${TRUSTED}" unset`,
  fix: "remove the option, and publish the ports that are needed",
  source: "Docker documentation, port publishing and mapping",
  looksAt: ["docker_network"],
  check: (network) => must(optionsOf(network), TRUSTED, isUnset),
});
