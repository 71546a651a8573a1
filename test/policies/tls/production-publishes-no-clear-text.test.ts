import { productionPublishesNoClearText } from "../../../policies/tls/production-publishes-no-clear-text.ts";
import { backend, edge, frontend, local, mosquitto, published, swarm, unknown } from "../images.ts";
import { judges } from "../judging.ts";

judges(productionPublishesNoClearText, "TLS-002", {
  rejects: [
    {
      name: "MQTT in clear text",
      given: { ...mosquitto, ...published(1883, 8883) },
      evidence: ["port 1883 (host port 8883 of 0.0.0.0) of mosquitto is in clear text"],
    },
    {
      name: "the application",
      given: { ...backend, ...published(8080, 443, "192.0.2.1") },
      evidence: ["port 8080 (host port 443 of 192.0.2.1) of backend is in clear text"],
    },
    {
      name: "an address known only at apply",
      given: { ...frontend, ...published(3000, 3000, "${var.lan}") },
      evidence: ['port 3000 (host port 3000 of "${var.lan}") of frontend is in clear text'],
    },
    {
      name: "a usual port of what nobody knows",
      given: { ...unknown, ...published(9999, 8000) },
      evidence: [
        {
          severity: "low",
          text: "port 9999 (host port 8000 of 0.0.0.0) is one on which services mostly speak in clear text",
        },
      ],
    },
    {
      name: "an edge without TLS",
      given: { ...edge, ...published(80) },
      evidence: [{ severity: "medium", text: "port 80 (host port 80 of 0.0.0.0) of edge is in clear text" }],
    },
    {
      name: "an edge that leads to TLS from there",
      given: { ...edge, ports: [80, 443].map((port) => ({ internal: port, external: port, ip: "0.0.0.0" })) },
      evidence: [{ severity: "low", text: "port 80 (host port 80 of 0.0.0.0) of edge is in clear text" }],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("eclipse-mosquitto:2", {}, [{ target_port: 1883, published_port: 1883 }]),
      evidence: ["port 1883 (host port 1883 of every address) of mosquitto is in clear text"],
    },
  ],
  accepts: [
    { name: "loopback", given: { ...mosquitto, ...published(1883, 1883, "127.0.0.1") } },
    { name: "TLS of the broker", given: { ...mosquitto, ...published(8883) } },
    { name: "TLS of the edge", given: { ...edge, ...published(8443, 443) } },
    { name: "a local stack, where it is relaxed", given: { ...mosquitto, ...local, ...published(1883) } },
    { name: "a container that publishes nothing", given: mosquitto, examined: 0 },
  ],
});
