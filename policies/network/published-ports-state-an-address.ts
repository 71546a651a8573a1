import { isIP } from "node:net";
import { hasPorts } from "../facts/containers.ts";
import { toldPort } from "../facts/ports.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must } from "../values.ts";

/**
 * Unset means every IPv4 address of the host; an empty text is read back as two bindings and replaces the
 * container in each plan.
 */
export const publishedPortsStateAnAddress = definePolicy({
  id: "NET-004",
  severity: "high",
  title: "a published port states the host address it binds",
  allowed: "ports.ip with an IPv4 or IPv6 address",
  fix: "set the address of the listener in the configuration",
  source: "docs/architecture.md, provider rule 8",
  looksAt: ["docker_container"],
  where: hasPorts,
  check: ({ block }) =>
    blocks(block, "ports").flatMap((port) =>
      must(port, "ip", (ip) => isIP(String(ip)) !== 0, `ip of port ${toldPort(port, "internal")}`),
    ),
});
