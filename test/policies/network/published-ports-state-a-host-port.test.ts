import { publishedPortsStateAHostPort } from "../../../policies/network/published-ports-state-a-host-port.ts";
import { judges } from "../judging.ts";

judges(publishedPortsStateAHostPort, "NET-002", {
  rejects: [
    { name: "no port", given: { ports: { internal: 1883 } }, evidence: ["external of port 1883 is not set"] },
    {
      name: "0, which means random",
      given: { ports: [{ internal: 1883, external: 0 }] },
      evidence: ["external of port 1883 is 0"],
    },
    {
      name: "no port of TCP",
      given: {
        ports: [
          { internal: 1883, external: 65536 },
          { internal: 8000, external: 80.5 },
        ],
      },
      evidence: ["external of port 1883 is 65536", "external of port 8000 is 80.5"],
    },
    {
      name: "one known only at apply",
      given: { ports: [{ internal: 1883, external: "${var.port}" }] },
      evidence: ['external of port 1883 is "${var.port}", known only at apply'],
    },
    {
      name: "a service of a swarm without one",
      type: "docker_service",
      given: { endpoint_spec: { ports: [{ target_port: 1883 }] } },
      evidence: ["published_port of port 1883 is not set"],
    },
  ],
  accepts: [
    {
      name: "a port",
      given: {
        ports: [
          { internal: 1883, external: 1883 },
          { internal: 1884, external: "65535" },
          { internal: 1885, external: 1 },
        ],
      },
    },
    { name: "a container that publishes nothing", given: {}, examined: 0 },
  ],
});
