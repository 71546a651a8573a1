import { databasesAreOnInternalNetworks } from "../../../policies/network/databases-are-on-internal-networks.ts";
import { backend, postgres, redis, swarm } from "../images.ts";
import { judges, NETWORKS } from "../judging.ts";

const on = (...names: readonly string[]) => ({ networks_advanced: names.map((name) => ({ name })) });

judges(databasesAreOnInternalNetworks, "NET-009", {
  rejects: [
    {
      name: "a network with a way out next to an internal one",
      given: { ...postgres, ...on("${docker_network.Data.id}", "${docker_network.Edge.id}") },
      around: NETWORKS,
      evidence: ["test/Edge has internal false"],
    },
    {
      name: "a network by its name",
      given: { ...redis, ...on("edge") },
      around: NETWORKS,
      evidence: ["test/Edge has internal false"],
    },
    {
      name: "a network known only at apply, and one of another stack",
      given: { ...redis, ...on("${docker_network.Later.id}", "elsewhere") },
      around: NETWORKS,
      evidence: ['test/Later has internal "${var.internal}"', 'the network "elsewhere" is not known'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: { task_spec: { ...(swarm("redis:7").task_spec as object), ...on("edge") } },
      around: NETWORKS,
      evidence: ["test/Edge has internal false"],
    },
    {
      name: "a service of a swarm that joins by id",
      type: "docker_service",
      given: {
        task_spec: {
          ...(swarm("redis:7").task_spec as object),
          networks_advanced: [{ id: "${docker_network.Edge.id}" }],
        },
      },
      around: NETWORKS,
      evidence: ["test/Edge has internal false"],
    },
  ],
  accepts: [
    {
      name: "an internal network",
      given: { ...postgres, ...on("${docker_network.Data.id}") },
      around: NETWORKS,
    },
    { name: "what is no database", given: { ...backend, ...on("edge") }, around: NETWORKS, examined: 0 },
  ],
});
