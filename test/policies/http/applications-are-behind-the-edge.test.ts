import { applicationsAreBehindTheEdge } from "../../../policies/http/applications-are-behind-the-edge.ts";
import { backend, edge, frontend, local, published, swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(applicationsAreBehindTheEdge, "HTP-014", {
  rejects: [
    {
      name: "a frontend",
      given: { ...frontend, ...published(3000) },
      evidence: ["port 3000 (host port 3000 of 0.0.0.0) is published"],
    },
    {
      name: "a backend on an address known only at apply",
      given: { ...backend, ...published(8000, 8000, "${var.lan}") },
      evidence: ['port 8000 (host port 8000 of "${var.lan}") is published'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("exploreiot/backend", {}, [{ target_port: 8000, published_port: 8000 }]),
      evidence: ["port 8000 (host port 8000 of every address) is published"],
    },
  ],
  accepts: [
    { name: "loopback", given: { ...backend, ...published(8000, 8000, "127.0.0.1") } },
    { name: "none", given: frontend },
    { name: "a local stack, where it is relaxed", given: { ...frontend, ...local, ...published(3000) } },
    { name: "the edge", given: { ...edge, ...published(443) }, examined: 0 },
  ],
});
