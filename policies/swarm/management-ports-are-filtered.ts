import { definePolicy } from "../policy.ts";

/**
 * `docker swarm init` opens 2377, 7946 and 4789 on every address. Who reaches 4789 writes into overlay networks.
 */
export const managementPortsAreFiltered = definePolicy({
  id: "SWM-014",
  severity: "high",
  title: "the ports of the swarm itself are open to its nodes only",
  allowed: "2377/tcp, 7946/tcp and udp, 4789/udp from the addresses of the nodes",
  fix: "filter them in the firewall of each node, by source address",
  source: "CIS Docker Benchmark 1.6.0, 7.2; Docker documentation, swarm: open protocols and ports",
  looksAt: ["stack"],
  where: (_, stack) => stack.of(["docker_service"]).length > 0,
  check: () => [
    {
      notEnforceable: "the nodes' firewalls are not part of the stack; scan 2377, 7946 and 4789 from outside",
    },
  ],
});
