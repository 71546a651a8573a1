import { isIPv6 } from "node:net";
import type { StackDocument } from "../document.ts";
import { chainsAt } from "../facts/firewall-chains.ts";
import { describe, isOpen, publishedPorts } from "../facts/ports.ts";
import { nftables } from "../files/nftables.ts";
import { definePolicy } from "../policy.ts";

export const ipv6IsPublishedBehindAFirewall = definePolicy({
  id: "NET-005",
  severity: "medium",
  title: "a port is published on IPv6 only where the firewall covers IPv6",
  why: "Nobody scans one's own IPv6 addresses, and a firewall that was written for IPv4 leaves them open.",
  avoid: 'ports: ["[2001:db8::5]:8080:80"]',
  prefer: 'ports: ["192.0.2.7:8080:80"]',
  allowed: "an IPv4 address, a loopback address, or firewall rules for inet or ip6 at the hook forward",
  fix: "turn the firewall of the deployment on, or publish on IPv4",
  source: "measured: firewalls at INPUT and in DOCKER-USER leave published IPv6 ports open",
  enforcedIn: ["production"],
  looksAt: ["docker_container"],
  where: (resource) => publishedPorts(resource).some(({ ip }) => isIPv6(String(ip))),
  check: (resource, stack) =>
    isCovered(stack)
      ? []
      : publishedPorts(resource)
          .filter((port) => isIPv6(String(port.ip)) && isOpen(port))
          .map((port) => `${describe(port)}, and no firewall rules for IPv6 are in the stack`),
});

const isCovered = (stack: StackDocument) =>
  stack
    .of(["file/nftables"])
    .some((file) =>
      chainsAt(nftables(file), "forward").some(({ table }) => ["inet", "ip6"].includes(table.family)),
    );
