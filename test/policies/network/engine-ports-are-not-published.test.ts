import { enginePortsAreNotPublished } from "../../../policies/network/engine-ports-are-not-published.ts";
import { published, swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(enginePortsAreNotPublished, "NET-021", {
  rejects: [
    {
      name: "the API inside",
      given: published(2375, 8000),
      evidence: ["port 2375 (host port 8000 of 0.0.0.0) is published"],
    },
    {
      name: "ports of the swarm on the host",
      given: {
        ports: [2376, 2377, 4789, 7946].map((external) => ({ internal: 1, external, ip: "127.0.0.1" })),
      },
      evidence: [2376, 2377, 4789, 7946].map((port) => ({
        severity: "high",
        text: `port 1 (host port ${port} of 127.0.0.1) is published`,
      })),
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("docker:dind", {}, [{ target_port: 2376, published_port: 443 }]),
      evidence: ["port 2376 (host port 443 of every address) is published"],
    },
  ],
  accepts: [
    { name: "others", given: published(2374, 2378) },
    { name: "a container that publishes nothing", given: {}, examined: 0 },
  ],
});
