import { publishedPortsHaveAWayOut } from "../../../policies/network/published-ports-have-a-way-out.ts";
import { judges, NETWORKS } from "../judging.ts";

const ports = [{ internal: 8000, external: 8000, ip: "127.0.0.1" }];
const edge = { name: "${docker_network.Edge.id}" };

judges(publishedPortsHaveAWayOut, "NET-023", {
  rejects: [
    {
      name: "internal networks alone",
      given: { ports, networks_advanced: { name: "${docker_network.Data.id}" } },
      around: NETWORKS,
      evidence: ["ports 8000 are published, but no network is known to lead out: test/Data (internal true)"],
    },
    {
      name: "a network whose kind is known only at apply",
      given: { ports, networks_advanced: [{ name: "${docker_network.Later.id}" }] },
      around: NETWORKS,
      evidence: [
        'ports 8000 are published, but no network is known to lead out: test/Later (internal "${var.internal}")',
      ],
    },
    {
      name: "a network that is not of this stack",
      given: { ports, networks_advanced: [{ name: "edge" }, { name: "${docker_network.None.id}" }] },
      around: NETWORKS,
      evidence: [
        'ports 8000 are published, but no network is known to lead out: "edge", "${docker_network.None.id}"',
      ],
    },
    {
      name: "the namespace of the host",
      given: { ports, network_mode: "host", networks_advanced: [edge] },
      around: NETWORKS,
      evidence: ['ports 8000 are published, but network_mode is "host"'],
    },
    {
      name: "no network at all",
      given: { ports, network_mode: "none" },
      evidence: ['ports 8000 are published, but network_mode is "none"'],
    },
    {
      name: "a network_mode known only at apply",
      given: { ports, network_mode: "${var.mode}" },
      evidence: ['ports 8000 are published, but network_mode is "${var.mode}", known only at apply'],
    },
  ],
  accepts: [
    { name: "the default network", given: { ports, network_mode: "bridge" } },
    { name: "the default network without a word", given: { ports } },
    {
      name: "a network that leads out next to an internal one",
      given: { ports, networks_advanced: [{ name: "${docker_network.Data.id}" }, edge] },
      around: NETWORKS,
    },
    { name: "a container that publishes nothing", given: { network_mode: "none" }, examined: 0 },
  ],
});
