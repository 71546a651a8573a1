import { publishedPortsAreListenedOn } from "../../../policies/mqtt/published-ports-are-listened-on.ts";
import { judges } from "../judging.ts";
import { upload } from "../servers.ts";

const at = (...ports: unknown[]) => ({
  image: "eclipse-mosquitto:2",
  ports: ports.map((internal) => ({ internal, external: 1 })),
  upload: upload("mosquitto.conf", ["listener 1883", "listener 1880 127.0.0.1"]),
});

judges(publishedPortsAreListenedOn, "MQT-005", {
  rejects: [
    {
      name: "ports without a listener, or with one on loopback",
      given: at(1883, 8883, 1880),
      evidence: [
        "port 8883 is published, the listeners are on 1883",
        "port 1880 is published, the listeners are on 1883",
      ],
    },
    {
      name: "a port known only at apply",
      given: at("${var.port}"),
      evidence: ['port "${var.port}" is published, the listeners are on 1883'],
    },
    {
      name: "a port of a service without a file",
      type: "docker_service",
      given: {
        task_spec: { container_spec: { image: "eclipse-mosquitto:2" } },
        endpoint_spec: { ports: { target_port: 1883 } },
      },
      evidence: ["port 1883 is published, the listeners are on none"],
    },
  ],
  accepts: [
    { name: "a port with a listener", given: at("1883") },
    { name: "a broker that publishes nothing", given: at(), examined: 0 },
  ],
});
