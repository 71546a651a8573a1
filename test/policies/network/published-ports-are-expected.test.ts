import { publishedPortsAreExpected } from "../../../policies/network/published-ports-are-expected.ts";
import * as images from "../images.ts";
import { local, published, swarm } from "../images.ts";
import { judges } from "../judging.ts";

/** Labels by which a stack is known as one of the kit. */
const KIT = { labels: [{ label: "exploreiot.deployment", value: "plant" }] };
const backend = { ...images.backend, ...KIT };
const edge = { ...images.edge, ...KIT };
const frontend = { ...images.frontend, ...KIT };
const mosquitto = { ...images.mosquitto, ...KIT };
const postgres = { ...images.postgres, ...KIT };
const unknown = { ...images.unknown, ...KIT };

judges(publishedPortsAreExpected, "NET-001", {
  rejects: [
    {
      name: "a port of the broker that is no listener",
      given: { ...mosquitto, ...published(9001) },
      evidence: ["port 9001 (host port 9001 of 0.0.0.0) of mosquitto"],
    },
    {
      name: "metrics of the edge",
      given: { ...edge, ...published(8404, 443) },
      evidence: ["port 8404 (host port 443 of 0.0.0.0) of edge"],
    },
    {
      name: "a database, on any port",
      given: { ...postgres, ...published(5432, 443) },
      evidence: ["port 5432 (host port 443 of 0.0.0.0) of postgres"],
    },
    {
      name: "another port of an application than the one it is told",
      given: { ...frontend, env: ["PORT=3000"], ...published(3001, 3000) },
      evidence: ["port 3001 (host port 3000 of 0.0.0.0) of frontend"],
    },
    {
      name: "an unknown service in production on a port for local use",
      given: { ...unknown, ...published(80, 3000) },
      evidence: ["port 80 (host port 3000 of 0.0.0.0) of a service of unknown kind"],
    },
    {
      name: "an unknown service of a local stack on a port nobody expects",
      given: { ...unknown, ...local, ...published(80, 8080, null) },
      evidence: ["port 80 (host port 8080 of every address) of a service of unknown kind"],
    },
    {
      name: "ports known only at apply",
      given: { ...mosquitto, ...published("${var.inside}", "${var.outside}") },
      evidence: ['port "${var.inside}" (host port "${var.outside}" of 0.0.0.0) of mosquitto'],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("redis:7.4", {}, [{ target_port: 6379, published_port: 6379 }]),
      around: { docker_container: { Api: backend } },
      evidence: ["port 6379 (host port 6379 of every address) of redis"],
    },
  ],
  accepts: [
    { name: "the edge on a port of the user's choice", given: { ...edge, ...published(8443, 10443) } },
    {
      name: "both ports of the broker",
      given: {
        ...mosquitto,
        ports: [
          { internal: 1883, external: 1884 },
          { internal: 8883, external: 8883 },
        ],
      },
    },
    {
      name: "an application on the port it is told",
      given: { ...backend, env: ["LISTEN_PORT=8001"], ...published(8001, 80) },
    },
    { name: "an application that is told none", given: { ...frontend, ...published(8080, 3000) } },
    { name: "an unknown service of a local stack", given: { ...unknown, ...local, ...published(80, 8000) } },
    { name: "an unknown service on loopback", given: { ...unknown, ...published(80, 8100, "127.0.0.1") } },
    { name: "an unknown service on 443", given: { ...unknown, ...published(8443, 443) } },
    { name: "a stack of others", given: { ...images.unknown, ...published(80, 8080) }, examined: 0 },
    { name: "a container that publishes nothing", given: mosquitto, examined: 0 },
  ],
});
