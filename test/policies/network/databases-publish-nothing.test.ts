import { databasesPublishNothing } from "../../../policies/network/databases-publish-nothing.ts";
import { mosquitto, postgres, published, redis, swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(databasesPublishNothing, "NET-006", {
  rejects: [
    {
      name: "PostgreSQL on loopback",
      given: { ...postgres, ...published(5432, 5432, "127.0.0.1") },
      evidence: [{ severity: "low", text: "port 5432 (host port 5432 of 127.0.0.1) is published" }],
    },
    {
      name: "Redis on a port known only at apply",
      given: { ...redis, ...published(6379, "${var.port}") },
      evidence: ['port 6379 (host port "${var.port}" of 0.0.0.0) is published'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("timescale/timescaledb:latest-pg16", {}, [{ target_port: 5432, published_port: 5432 }]),
      evidence: ["port 5432 (host port 5432 of every address) is published"],
    },
    {
      name: "a database on an address known only at apply",
      given: { image: "mongo:8", ...published(27017, 27017, "${var.ip}") },
      evidence: ["port 27017 is published on an address that is known only at apply"],
    },
    ...["mysql:8", "bitnami/mariadb:11", "memcached:1.6", "elasticsearch:8.17.0", "rabbitmq:4"].map(
      (image) => ({
        name: `what ${image} keeps`,
        given: { image, ...published(1, 1) },
        evidence: ["port 1 (host port 1 of 0.0.0.0) is published"],
      }),
    ),
  ],
  accepts: [
    { name: "a database without ports", given: postgres },
    { name: "another service with ports", given: { ...mosquitto, ...published(1883) }, examined: 0 },
  ],
});
