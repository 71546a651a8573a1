import { networksAreJoinedById } from "../../../policies/provider/networks-are-joined-by-id.ts";
import { FIREWALL, judges, NETWORKS } from "../judging.ts";

const edge = { name: "${docker_network.Edge.id}", aliases: ["backend"] };

judges(networksAreJoinedById, "PRV-007", {
  rejects: [
    {
      name: "a literal name",
      given: { networks_advanced: [{ name: "edge" }] },
      around: NETWORKS,
      evidence: ['networks_advanced.name is "edge"'],
    },
    {
      name: "the name of a network of the stack",
      given: { networks_advanced: { name: "${docker_network.Edge.name}" } },
      around: NETWORKS,
      evidence: ['networks_advanced.name is "${docker_network.Edge.name}"'],
    },
    {
      name: "the id of something else",
      given: { networks_advanced: [{ name: "${docker_container.Other.id}" }] },
      around: { docker_volume: { Other: {} } },
      evidence: ['networks_advanced.name is "${docker_container.Other.id}"'],
    },
    {
      name: "a reference to nothing",
      given: { networks_advanced: [{ name: "${docker_network.None.id}" }] },
      around: NETWORKS,
      evidence: ['networks_advanced.name is "${docker_network.None.id}"'],
    },
    {
      name: "a network of another kind of source",
      given: { networks_advanced: [{ name: "${data.docker_network.Edge.id}" }, {}] },
      around: NETWORKS,
      evidence: [
        'networks_advanced.name is "${data.docker_network.Edge.id}"',
        "networks_advanced.name is not set",
      ],
    },
    {
      name: "the host for a firewall with another capability",
      given: { ...FIREWALL, capabilities: { drop: ["ALL"], add: ["CAP_SYS_ADMIN"] } },
      evidence: ['network_mode is "host"'],
    },
    {
      name: "network_mode with a name",
      given: { network_mode: "edge" },
      evidence: ['network_mode is "edge"'],
    },
    {
      name: "network_mode next to networks",
      given: { network_mode: "none", networks_advanced: [edge] },
      around: NETWORKS,
      evidence: ['network_mode is "none" next to networks_advanced'],
    },
    {
      name: "a network_mode known only at apply",
      given: { network_mode: "${docker_network.Edge.name}" },
      evidence: ['network_mode is "${docker_network.Edge.name}", known only at apply'],
    },
    {
      name: "a service that joins by name, though it is an id",
      type: "docker_service",
      given: { task_spec: { networks_advanced: [edge] } },
      around: NETWORKS,
      evidence: ['task_spec.networks_advanced.name is "${docker_network.Edge.id}"'],
    },
    {
      name: "a service with the name of a network as its id, and with nothing",
      type: "docker_service",
      given: { task_spec: { networks_advanced: [{ id: "${docker_network.Edge.name}" }, {}] } },
      around: NETWORKS,
      evidence: [
        'task_spec.networks_advanced.id is "${docker_network.Edge.name}"',
        "task_spec.networks_advanced.id is not set",
      ],
    },
  ],
  accepts: [
    { name: "the firewall in the namespace of the host", given: FIREWALL },
    {
      name: "ids of networks of the stack",
      given: { networks_advanced: [edge, { name: "${docker_network.Data.id}" }] },
      around: NETWORKS,
    },
    {
      name: "a service with ids of networks of the stack",
      type: "docker_service",
      given: { task_spec: { networks_advanced: [{ id: "${docker_network.Edge.id}" }] } },
      around: NETWORKS,
    },
    { name: "the value that the schema fills in, without networks", given: { network_mode: "bridge" } },
    { name: "no network", given: { network_mode: "none" } },
    {
      name: "the value that the schema fills in",
      given: { network_mode: "bridge", networks_advanced: [edge] },
      around: NETWORKS,
    },
  ],
});
