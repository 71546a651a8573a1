import { isIP } from "node:net";
import { weighing } from "../evidence.ts";
import { hasPorts } from "../facts/containers.ts";
import { toldPort } from "../facts/ports.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must } from "../values.ts";

export const publishedPortsStateAnAddress = definePolicy({
  id: "NET-004",
  severity: "high",
  title: "a published port states the host address it binds",
  why: "Unset means every IPv4 address of the host; an empty text is read back as two bindings and replaces the container in each plan.",
  avoid: 'ports: ["8080:80"]',
  prefer: 'ports: ["127.0.0.1:8080:80"]',
  allowed: "ports.ip with an IPv4 or IPv6 address",
  fix: "state the address: 127.0.0.1, or that of one interface",
  words: {
    site: { fix: "set the address of the listener in the configuration" },
    compose: {
      allowed: "an IPv4 or IPv6 address before the ports, or host_ip",
      fix: 'write "127.0.0.1:HOST_PORT:CONTAINER_PORT", or the address of one interface',
    },
  },
  source: "docs/architecture.md, provider rule 8",
  looksAt: ["docker_container"],
  where: hasPorts,
  check: ({ block }, stack) => {
    const found = blocks(block, "ports").flatMap((port) =>
      must(port, "ip", (ip) => isIP(String(ip)) !== 0, `ip of port ${toldPort(port, "internal")}`),
    );
    // The provider's treatment of it does not concern Compose; ports that may not be open have rules of their own.
    return stack.dialect === "compose" ? weighing("low", found) : found;
  },
});
