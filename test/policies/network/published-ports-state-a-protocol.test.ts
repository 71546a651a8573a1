import { publishedPortsStateAProtocol } from "../../../policies/network/published-ports-state-a-protocol.ts";
import { published, swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(publishedPortsStateAProtocol, "NET-003", {
  rejects: [
    {
      name: "none, UDP, and one known only at apply",
      given: {
        ports: [
          { internal: 1 },
          { internal: 2, protocol: "udp" },
          { internal: 3, protocol: "${var.protocol}" },
        ],
      },
      evidence: [
        "protocol of port 1 is not set",
        'protocol of port 2 is "udp"',
        'protocol of port 3 is "${var.protocol}", known only at apply',
      ],
    },
    {
      name: "UDP of a service",
      type: "docker_service",
      given: swarm("acme/thing", {}, [{ target_port: 53, published_port: 53, protocol: "udp" }]),
      evidence: ['protocol of port 53 is "udp"'],
    },
  ],
  accepts: [
    { name: "TCP", given: published(1883) },
    { name: "a container that publishes nothing", given: {}, examined: 0 },
  ],
});
