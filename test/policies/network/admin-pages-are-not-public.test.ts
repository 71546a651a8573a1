import { adminPagesAreNotPublic } from "../../../policies/network/admin-pages-are-not-public.ts";
import { edge, local, published, swarm, unknown } from "../images.ts";
import { judges } from "../judging.ts";

judges(adminPagesAreNotPublic, "NET-025", {
  rejects: [
    {
      name: "pgAdmin on every address",
      given: { image: "dpage/pgadmin4:8", ...published(80, 5050) },
      evidence: ["port 80 (host port 5050 of 0.0.0.0) of dpage/pgadmin4:8"],
    },
    {
      name: "metrics of the edge",
      given: { ...edge, ...published(8404, 8404, "192.0.2.1") },
      evidence: ["port 8404 (host port 8404 of 192.0.2.1) of haproxy:3.0"],
    },
    {
      name: "an address known only at apply",
      given: { image: "adminer", ...published(8080, 8080, "${var.lan}") },
      evidence: ['port 8080 (host port 8080 of "${var.lan}") of adminer'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("redis/redisinsight:2", {}, [{ target_port: 5540, published_port: 5540 }]),
      evidence: ["port 5540 (host port 5540 of every address) of redis/redisinsight:2"],
    },
  ],
  accepts: [
    { name: "a tool on loopback", given: { image: "adminer", ...published(8080, 8080, "127.0.0.1") } },
    { name: "what is no tool", given: { ...unknown, ...published(443) } },
    { name: "a local stack, where it is relaxed", given: { image: "adminer", ...local, ...published(8080) } },
    { name: "a tool that publishes nothing", given: { image: "adminer" }, examined: 0 },
  ],
});
