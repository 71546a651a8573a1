import { resourcesAreSupported } from "../../../policies/provider/resources-are-supported.ts";
import { judges } from "../judging.ts";

judges(resourcesAreSupported, "PRV-016", {
  rejects: [
    {
      name: "a swarm service",
      given: { name: "web" },
      type: "docker_service",
      evidence: ["docker_service is not supported by this kit yet"],
    },
    {
      name: "a swarm secret",
      given: { name: "pw" },
      type: "docker_secret",
      evidence: ["docker_secret is not supported by this kit yet"],
    },
    {
      name: "a compose project",
      given: {},
      type: "docker_compose",
      evidence: ["docker_compose is not supported by this kit yet"],
    },
  ],
  accepts: [
    { name: "a network", given: {}, type: "docker_network", examined: 2 },
    { name: "an image", given: {}, type: "docker_image", examined: 2 },
    { name: "a volume", given: {}, type: "docker_volume", examined: 2 },
    { name: "a container", given: {}, type: "docker_container", examined: 2 },
    { name: "a resource of another provider", given: {}, type: "terraform_data", examined: 2 },
  ],
});
